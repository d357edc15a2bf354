import type { TopicRange } from './offsets';
import type { PipelineAliases } from './plan';
import type { PlannedIds } from './planned-ids';

/** What a reconciliation looks at. */
export interface ReconcileScope {
  readonly name: string;
  readonly run: string;
  readonly generation: string;
  /** Of the raw topic and of what was made of it. */
  readonly raw: TopicRange;
  readonly enriched: TopicRange;
  readonly windows: TopicRange;
  readonly deadLetter: TopicRange;
}

/** All that a reconciliation needs to be told; everything else it reads for itself. */
export interface ReconcileRequest {
  readonly scope: ReconcileScope;
  /** Null where nobody knows what was to come: topic sources. */
  readonly plan: PlannedIds | null;
  readonly windowMs: number;
  /** A run without end is held to less: see `reconcileRun`. */
  readonly bounded: boolean;
  readonly aliases: PipelineAliases;
  /** Field of a raw payload that holds the event id where no header does. */
  readonly eventIdField: string;
}

/** One id that does not add up, and how. */
export interface Discrepancy {
  readonly kind: DiscrepancyKind;
  readonly id: string;
}

export type DiscrepancyKind =
  | 'planned but not published'
  | 'published but not planned'
  | 'published but neither indexed nor a dead letter'
  | 'enriched but not published'
  | 'indexed but not published'
  | 'indexed but not enriched'
  | 'indexed and a dead letter'
  | 'indexed twice'
  | 'indexed with other content'
  | 'indexed though its month is dropped'
  | 'conflicting content under one id'
  | 'dead letter of nothing published'
  | 'dead letter not indexed'
  | 'dead letter not published'
  | 'dead letter with other content'
  | 'window missing'
  | 'window not expected'
  | 'window with another count'
  | 'window with other content'
  | 'window of a dropped month';

/** The verdict of `reconcile`, counted by reading Kafka and Elasticsearch and nothing else. */
export interface ReconcileResult {
  readonly reconciled: boolean;
  /** Distinct ids. `planned` is null where there is no plan (topic sources). */
  readonly planned: number | null;
  readonly published: number;
  readonly enriched: number;
  readonly indexed: number;
  /** Ids that are in no index any more, since their month is dropped. */
  readonly expired: number;
  /** Unresolved ones: `published` is `indexed`, `expired` and these, less those of stage `source`. */
  readonly deadLetters: number;
  /** Ids with a dead letter that came into the index all the same, by a way that is known; they count as `indexed`. */
  readonly deadLettersResolved: number;
  /** Dead letters by `<stage>:<reason>`; adds up to `deadLetters`. */
  readonly deadLettersByReason: Readonly<Record<string, number>>;
  /** Raw records beyond the first of their id; harmless where the id is in no conflict. */
  readonly repeats: number;
  /** Ids that stand for different contents: which one is indexed is not promised. */
  readonly conflicts: number;
  /** Raw records of another run inside the range; not this run's. */
  readonly foreign: number;
  readonly windows: number;
  /** Windows that are in no index any more, since their month is dropped. */
  readonly windowsExpired: number;
  /** Sum of the counts of all indexed windows; equals `enriched` in a bounded run of which no month is dropped. */
  readonly windowedReadings: number;
  readonly rawBytes: number;
  /** How many of each kind there are; empty when reconciled. */
  readonly discrepancies: Readonly<Partial<Record<DiscrepancyKind, number>>>;
  /** At most 100. */
  readonly examples: readonly Discrepancy[];
  readonly durationMs: number;
}

/** Counters of one stage as the run saw them; shown beside the proof, never part of it. */
export interface StageReport {
  readonly in: number;
  readonly out: number;
  readonly deadLetters: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly ratePerSecond: number;
}

/**
 * The result of a bounded `streamingPipeline`; kept in the index `pipeline.<name>.runs` under its run.
 *
 * It holds what a later reconciliation of the same run has to be told.
 */
export interface RunReport extends ReconcileRequest {
  readonly reconciled: boolean;
  readonly name: string;
  readonly run: string;
  readonly definition: string;
  /** Task queue on which this run can be proven: that of the machine where a file lies, else any. */
  readonly proofTaskQueue: string;
  readonly source: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly stages: {
    readonly source: StageReport;
    readonly spark: StageReport;
    readonly readings: StageReport;
    readonly windows: StageReport;
    readonly deadLetters: StageReport;
  };
  /** Spark drivers that had to be started; 1 when nothing broke. */
  readonly sparkStarts: number;
  readonly proof: ReconcileResult;
  /** What a user should know, for example that a new generation was started. */
  readonly notes: readonly string[];
}
