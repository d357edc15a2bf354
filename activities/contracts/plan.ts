import type { FieldMapping } from './field-mapping';
import type { Protection } from './protection';
import type { FileSource, PipelineInput, SimulateSource, ValueFormat } from './pipeline-input';

/** The four topics of a pipeline; `raw` belongs to others if the source is a topic. */
export type PipelineTopics = Readonly<Record<'raw' | 'enriched' | 'windows' | 'deadLetter', string>>;

/** The aliases that users and dashboards read. */
export type PipelineAliases = Readonly<Record<'readings' | 'windows' | 'deadLetters' | 'runs', string>>;

/** One index per month for readings and for windows; readings outside its months are dead letters. */
export type MonthlyIndex = Readonly<Extract<PipelineInput['index'], { by: 'month' }>>;

/** A simulation with fixed times, so that its payloads are repeatable. */
export type PlannedSimulation = Readonly<SimulateSource & { startAt: string; intervalMs: number }>;

/** The topic of a topic source is `topics.raw`, its mapping `rules.fields`. */
export type PlannedSource = PlannedSimulation | FileSource | { readonly kind: 'topic'; readonly follow: boolean };

/** What decides the output of the Spark job; `definition` is its hash, together with `shufflePartitions`. */
export interface ProcessingRules extends Readonly<Pick<PipelineInput, 'measurements' | 'extraFields'>> {
  readonly fields: FieldMapping;
  /** Absent if nothing is protected, so that it changes no other definition. */
  readonly protect?: Protection;
  /** Of raw records. */
  readonly valueFormat: ValueFormat;
  readonly windowMs: number;
  readonly maxClockSkewMs: number;
  /** A bounded run has no watermark: no reading is late, and its state covers the whole run. */
  readonly bounded: boolean;
  readonly allowedLatenessMs: number;
  readonly deduplicationMs: number;
  /** Epoch ms: readings before `eventStartMs`, or at or after `eventEndMs`, are dead letters; null: no limit. */
  readonly eventStartMs: number | null;
  readonly eventEndMs: number | null;
}

/** The checked and completed input of a run; all other parts of the pipeline read only this. */
export interface PipelinePlan extends Readonly<
  Pick<PipelineInput, 'partitions' | 'lanes' | 'sink' | 'maxDeadLetterRatio'>
> {
  /** The workflow id after `pipeline/`; prefix of topics, indices and checkpoints. */
  readonly name: string;
  /** Run id of the first execution; marks the records of this run. */
  readonly run: string;
  /** `<run>` for a bounded run, `live-<definition>` for a run without end; names its checkpoint. */
  readonly generation: string;
  /**
   * First part of every window id: `<generation>|` if readings are simulated, since two simulations are two worlds. Else
   * empty: the runs of a pipeline share a window that holds readings of several of them.
   */
  readonly windowIdPrefix: string;
  /** Eight hex digits; a changed definition starts a new generation of checkpoints. */
  readonly definition: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly source: PlannedSource;
  readonly topics: PipelineTopics;
  readonly aliases: PipelineAliases;
  /** Topics of the pipeline that exist already must keep records at least this long. */
  readonly minRetentionMs: number;
  /** Null: one index behind each alias. */
  readonly index: MonthlyIndex | null;
  readonly rules: ProcessingRules;
  readonly spark: SparkSettings;
  /** Task queue for Kafka and Elasticsearch activities. */
  readonly ioTaskQueue: string;
  /** Task queue of what works as long as a pipeline runs: lanes and simulations. */
  readonly laneTaskQueue: string;
  /** Task queue of the machine that has the file and runs the Spark driver. */
  readonly hostTaskQueue: string;
  /** Of a run without end: readings that take longer from published to indexed are shown; null: whatever they take. */
  readonly maxLagMs?: number | null;
  /** How often a run without end is proven, and how many of the latest ranges again; null: never. */
  readonly prove?: { readonly everyMs: number; readonly again: number } | null;
  /** Whether the worker has a Kibana to import dashboards into. */
  readonly dashboards: boolean;
  /** Whether the namespace knows the search attributes of pipelines. */
  readonly searchAttributes: boolean;
  /** Options with which a `temporal` command reaches the worker's server, each after a space; absent if it needs none. */
  readonly temporalOptions?: string;
}

/** The `spark` section of the input as the job reads it; see `pipelineInputSchema` for what each setting means. */
export type SparkSettings = Readonly<Omit<PipelineInput['spark'], 'triggerInterval'>> & {
  /** Null: the default of the Spark job in a bounded run, and as soon as a record comes in a run without end. */
  readonly triggerIntervalMs: number | null;
};
