import { z } from 'zod';
import { fieldPlaceSchema } from './field-place';
import { topicRangeSchema, type PartitionOffsets } from './offsets';
import { plannedIdsSchema } from './planned-ids';

/** The input of a reconciliation; everything else it reads from Kafka and Elasticsearch. */
export const reconcileRequestSchema = z.object({
  scope: z.object({
    name: z.string(),
    run: z.string(),
    windowIdPrefix: z.string().describe('First part of every window id; empty if runs share their windows'),
    raw: topicRangeSchema,
    enriched: topicRangeSchema,
    windows: topicRangeSchema,
    deadLetter: topicRangeSchema,
  }),
  plan: plannedIdsSchema.nullable().describe('Null for topic sources: nobody knows what was to be published'),
  windowMs: z.int(),
  bounded: z.boolean().describe('Fewer rules apply to a run without end: see `reconcileRun`'),
  aliases: z.object({ readings: z.string(), windows: z.string(), deadLetters: z.string(), runs: z.string() }),
  valueFormat: z.enum(['json', 'avro']).default('json').describe('Of raw records'),
  protectKeyFingerprint: z
    .string()
    .optional()
    .describe('Of the key under which event ids are hashed; absent: they are not'),
  eventId: fieldPlaceSchema.describe('Where a raw record has its event id if no header has it'),
  range: z
    .object({
      number: z.int().describe('From 1'),
      closedMs: z.int().describe('When its end was taken, in epoch ms'),
      windowsFromMs: z.int().nullable().describe('Earlier windows were counted by the range before; null: none were'),
      windowsToMs: z.int().describe('Windows that start here or later are still open'),
    })
    .optional()
    .describe('Set if the scope is a part of a run without end'),
});

export type ReconcileRequest = Readonly<z.infer<typeof reconcileRequestSchema>>;

/** One id that violates a rule. */
export interface Discrepancy {
  readonly kind: DiscrepancyKind;
  readonly id: string;
}

export type DiscrepancyKind =
  | 'planned but not published'
  | 'published but not planned'
  | 'published but neither indexed nor a dead letter'
  | 'enriched but not published'
  | 'absent but not published'
  | 'indexed but not published'
  | 'indexed but not enriched'
  | 'indexed and a dead letter'
  | 'indexed twice'
  | 'indexed with other content'
  | 'indexed though its month is dropped'
  | 'indexed by an earlier run but rejected by this one'
  | 'conflicting content under one id'
  | 'dead letter of nothing published'
  | 'dead letter not indexed'
  | 'dead letter not published'
  | 'dead letter with other content'
  | 'window missing'
  | 'window not expected'
  | 'window with another count'
  | 'window with other content'
  | 'window counts readings that are gone'
  | 'window of a dropped month';

/** The result of `reconcile`, counted from Kafka and Elasticsearch alone. */
export interface ReconcileResult {
  readonly reconciled: boolean;
  /**
   * Distinct ids, as in all counts below, which are event ids but for rows: several rows may have one event id. Null if there
   * is no plan (topic sources).
   */
  readonly planned: number | null;
  readonly published: number;
  readonly enriched: number;
  readonly indexed: number;
  /** Not indexed, since their month is dropped. */
  readonly expired: number;
  /** Neither indexed nor a dead letter, since no measurement has a value. */
  readonly absent: number;
  /** Unresolved ones: `published` = `indexed` + `expired` + `absent` + these, without those of stage `source`. */
  readonly deadLetters: number;
  /** Ids with a dead letter that were indexed later in a known way; they count as `indexed`. */
  readonly deadLettersResolved: number;
  /** By `<stage>:<reason>`; the sum is `deadLetters`. */
  readonly deadLettersByReason: Readonly<Record<string, number>>;
  /** Raw records, and rows that the source rejected, after the first with the same id; harmless unless in conflict. */
  readonly repeats: number;
  /** Ids with several contents; which one is indexed is undefined. */
  readonly conflicts: number;
  /** Raw records in the range that belong to another run; 0 in a topic that the pipeline does not fill itself. */
  readonly foreign: number;
  readonly windows: number;
  /** Windows that also hold indexed readings of other runs. */
  readonly windowsShared: number;
  /** Windows that are not indexed, since their month is dropped. */
  readonly windowsExpired: number;
  /**
   * Sum of the counts of all indexed windows; equals `enriched` for a bounded run without dropped months and shared windows.
   */
  readonly windowedReadings: number;
  readonly rawBytes: number;
  /** Number by kind; empty when reconciled. */
  readonly discrepancies: Readonly<Partial<Record<DiscrepancyKind, number>>>;
  /** At most 100. */
  readonly examples: readonly Discrepancy[];
  readonly durationMs: number;
}

/** Counters of one stage as reported by the run itself; never part of the proof. */
export type StageReport = Readonly<
  Record<'in' | 'out' | 'deadLetters' | 'bytes' | 'durationMs' | 'ratePerSecond', number>
>;

/** Unresolved dead letters of a run. */
export interface DeadLetterSummary {
  /** The commonest by `<stage>:<reason>`. */
  readonly byReason: Readonly<Record<string, number>>;
  /** Place, reason and detail of the first one; null if there is none. */
  readonly example: string | null;
}

/** More records of a run became dead letters than `maxDeadLetterRatio` allows, or none of them could be indexed. */
export interface DeadLetterFlood {
  readonly deadLetters: number;
  /** Without a value of any measurement. */
  readonly absent: number;
  /** The indexed, expired and absent ones, and the dead letters. */
  readonly records: number;
  readonly maxRatio: number;
  /** Place, reason and detail of the first dead letter. */
  readonly example: string | null;
}

/** Where the derived records begin of which the raw ones are after a range, and the windows that it left open. */
export interface NextRange {
  readonly enriched: PartitionOffsets;
  readonly deadLetter: PartitionOffsets;
  readonly windowsFromMs: number;
}

/** What the index had of a range when that was reconciled. */
export interface IndexedRange {
  /** Of all facts of the index on which the verdict rests, in any order. */
  readonly checksum: string;
  /** Starts of the first and the last window that the range published; null if it published none. */
  readonly windows: { readonly firstMs: number; readonly lastMs: number } | null;
}

/** The verdict on a range of a run without end; stored in the index `pipeline.<name>.runs` under `<run>-range-<number>`. */
export interface RangeReport extends ReconcileRequest {
  readonly name: string;
  readonly rangeOf: string;
  readonly range: NonNullable<ReconcileRequest['range']>;
  readonly reconciled: boolean;
  readonly proofTaskQueue: string;
  /** When it was proven first and last, ISO 8601. */
  readonly startedAt: string;
  readonly provenAt: string;
  readonly proof: ReconcileResult;
  /** Null if it is not reconciled. */
  readonly indexed: IndexedRange | null;
}

/** What a later reconciliation of a run reads from its stored report; the rest of the report is for users. */
export const storedRunSchema = z.looseObject({ ...reconcileRequestSchema.shape, proofTaskQueue: z.string() });

/** The result of a bounded `streamingPipeline`; stored in the index `pipeline.<name>.runs` under its run. */
export interface RunReport extends ReconcileRequest {
  readonly reconciled: boolean;
  readonly name: string;
  readonly run: string;
  readonly definition: string;
  /** Task queue on which this run can be reconciled: that of the machine with the file, otherwise any. */
  readonly proofTaskQueue: string;
  readonly source: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  /** From the start of the run until the first readings were indexed; null if none were. */
  readonly firstIndexedMs: number | null;
  readonly stages: Readonly<Record<'source' | 'spark' | 'readings' | 'windows' | 'deadLetters', StageReport>>;
  /** Windows recomputed because they hold readings of other runs too. */
  readonly windowsRecomputed: number;
  /** Number of Spark driver starts; 1 if nothing failed. */
  readonly sparkStarts: number;
  readonly proof: ReconcileResult;
  /** Null if the run has few dead letters. Such a run may be reconciled, but hardly is what was intended. */
  readonly deadLetterFlood: DeadLetterFlood | null;
  /** For users, for example that a new generation was started. */
  readonly notes: readonly string[];
}
