import type { FailureType } from '../contracts/failures';
import type { PartitionOffsets } from '../contracts/offsets';
import type { PipelinePlan } from '../contracts/plan';
import type { DriverRecord } from './run-folder';

/** A driver, as recorded in the workflow history. */
export interface SparkHandle extends DriverRecord {
  /** Absolute path of the folder with settings, log, lock, progress and result of this start. */
  readonly runFolder: string;
}

/** That the raw topic does not have what a checkpoint reads next. */
export interface LostRecords {
  readonly type: Extract<FailureType, 'OffsetOutOfRange' | 'TopicRecreated'>;
  /** Names topic, partition and offsets. */
  readonly message: string;
}

/** The state of a driver and of its checkpoint. */
export interface SparkState {
  readonly running: boolean;
  /** Null while it runs; false also if it was killed. */
  readonly exitOk: boolean | null;
  /** The error with which it ended, without quoted values; null if it recorded none. */
  readonly error: string | null;
  /** Null while a driver may continue. */
  readonly lost: LostRecords | null;
  /** End offsets of the last committed micro-batch, from the checkpoint; null before the first commit. */
  readonly committed: PartitionOffsets | null;
  /** Number of the last committed micro-batch; null before the first. */
  readonly lastBatch: number | null;
  /** Raw offsets processed since the checkpoint was created, by all drivers. */
  readonly inputRows: number;
  /** Raw records that no committed micro-batch has; null if Kafka did not tell in time. */
  readonly waiting: number | null;
  /** Rows of this run that Spark dropped as late, as far as its drivers recorded them. */
  readonly droppedByWatermark: number;
  /** Warnings and errors at the end of the log, at most 2 KB, without quoted values. */
  readonly lastLogLines: readonly string[];
}

export interface SubmitSparkJobInput {
  readonly plan: PipelinePlan;
  /** Where a new checkpoint starts; an existing one continues at its own offsets. */
  readonly rawFrom: PartitionOffsets | 'earliest';
  /** A bounded run ignores records from these offsets on; default: no limit. */
  readonly rawUntil?: PartitionOffsets | null;
  /** `available-now` ends when everything is committed that was in the topic at its start. */
  readonly trigger: 'available-now' | 'processing-time';
  /**
   * What an operator accepts in this one start: after `OffsetOutOfRange` it reads on at the first records that are left,
   * and after `TopicRecreated` a new checkpoint reads the new topic from its beginning. Default: nothing.
   */
  readonly accepted?: LostRecords['type'] | null;
  /** Number of this start within the run; submitting the same number again starts nothing. */
  readonly start: number;
}

export interface WatchSparkJobInput {
  readonly handle: SparkHandle;
  readonly plan: PipelinePlan;
  /** Committed offsets at which watching ends; null: until the driver ends or the time is over. */
  readonly until: PartitionOffsets | null;
  readonly maxMs: number;
}

export interface StopSparkJobInput {
  readonly handle: SparkHandle;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}
