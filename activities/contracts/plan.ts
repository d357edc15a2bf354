import type { FieldMapping } from './field-mapping';
import type { Measurement } from './measurement';
import type { FileSource, SimulateSource } from './pipeline-input';

/** The four topics of a pipeline; `raw` is somebody else's when the source is a topic. */
export interface PipelineTopics {
  readonly raw: string;
  readonly enriched: string;
  readonly windows: string;
  readonly deadLetter: string;
}

/** The aliases that people and dashboards read. */
export interface PipelineAliases {
  readonly readings: string;
  readonly windows: string;
  readonly deadLetters: string;
  readonly runs: string;
}

/** Readings and windows stand in the index of their month. */
export interface MonthlyIndex {
  readonly by: 'month';
  /** The first and the last month of readings, `YYYY-MM` in UTC; others are dead letters. */
  readonly from: string;
  readonly to: string;
}

/** A topic that others write, as a source. */
export interface TopicSource {
  readonly kind: 'topic';
  readonly follow: boolean;
}

/** A simulation with its times fixed, so that payloads repeat. */
export type SimulationSource = Omit<SimulateSource, 'startAt' | 'intervalMs'> & {
  /** ISO 8601. */
  readonly startAt: string;
  readonly intervalMs: number;
};

export type PlannedSource = SimulationSource | FileSource | TopicSource;

/** What the Spark job is told beside topics and offsets; its hash is the definition. */
export interface ProcessingRules {
  readonly measurements: readonly Measurement[];
  readonly fields: FieldMapping;
  readonly windowMs: number;
  readonly maxClockSkewMs: number;
  readonly extraFields: 'label' | 'dead-letter';
  /** A bounded run has no watermark: nothing is late, and its state is the run. */
  readonly bounded: boolean;
  readonly allowedLatenessMs: number;
  readonly deduplicationMs: number;
  readonly shufflePartitions: number;
  /** Epoch ms: earlier readings, and those at `eventEndMs` or later, are dead letters; null: no such bound. */
  readonly eventStartMs: number | null;
  readonly eventEndMs: number | null;
}

/** The input of a run, checked and completed; every other part of the pipeline reads this and nothing else. */
export interface PipelinePlan {
  /** The workflow id after `pipeline/`; prefixes topics, indices and checkpoints. */
  readonly name: string;
  /** Run id of the first execution; tells this run's records from every other's. */
  readonly run: string;
  /** `<run>` of a bounded run, `live-<definition>` of a run without end; first part of every window id. */
  readonly generation: string;
  /** Eight hex digits: a changed definition starts a new generation of checkpoints and backing indices. */
  readonly definition: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly source: PlannedSource;
  readonly topics: PipelineTopics;
  readonly aliases: PipelineAliases;
  /** Null: one index behind each alias. */
  readonly index: MonthlyIndex | null;
  /** Partitions for topics that the pipeline creates. */
  readonly partitions: number;
  readonly rules: ProcessingRules;
  /** `external`: another program writes to Elasticsearch. */
  readonly sink: 'direct' | 'external';
  /** The index refuses more than this share of a slice: indexing parks. */
  readonly maxDeadLetterRatio: number;
  readonly driverMemoryMb: number;
  readonly maxRecordsPerBatch: number;
  /** Between the starts of two micro-batches of a live run. */
  readonly triggerIntervalMs: number;
  /** Task queue of Kafka and Elasticsearch work. */
  readonly ioTaskQueue: string;
  /** Task queue of the machine that holds the file and runs the Spark driver. */
  readonly hostTaskQueue: string;
  /** Whether the worker has a Kibana, into which dashboards are imported. */
  readonly dashboards: boolean;
}
