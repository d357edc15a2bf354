import type { PartitionOffsets } from '../contracts/offsets';
import type { PipelinePlan } from '../contracts/plan';

/** A driver, as the history remembers it. */
export interface SparkHandle {
  readonly adapter: 'local';
  /** Of the driver's JVM. */
  readonly pid: number;
  /** Tells the driver from a later process with its pid; what it says is the operating system's affair. */
  readonly startTime: string;
  /** Absolute path of settings, log, claim, progress and result of this start. */
  readonly runFolder: string;
}

/** What is known of a driver and of the checkpoint it works on. */
export interface SparkState {
  readonly running: boolean;
  /** Null while it runs; false also where it was killed. */
  readonly exitOk: boolean | null;
  /** Read from the checkpoint, the authority; null before the first commit. */
  readonly committed: PartitionOffsets | null;
  /** Number of the last committed micro-batch; null before the first. */
  readonly lastBatch: number | null;
  /** Raw offsets passed since the checkpoint began, whatever number of drivers it took. */
  readonly inputRows: number;
  /** Rows of this run that Spark dropped as late, as far as drivers lived to tell. */
  readonly droppedByWatermark: number;
  /** Warnings and errors at the end of the log, at most 2 KB, without what they quote. */
  readonly lastLogLines: readonly string[];
}

export interface SubmitSparkJobInput {
  readonly plan: PipelinePlan;
  /** Where a fresh checkpoint begins; a used one goes on where it stands. */
  readonly rawFrom: PartitionOffsets | 'earliest';
  /** A bounded run leaves records from here on alone; by default there is no such bound. */
  readonly rawUntil?: PartitionOffsets | null;
  /** `available-now` ends by itself when everything is committed that was there at its start. */
  readonly trigger: 'available-now' | 'continuous';
  /** Number of this start within the run; a repeated submit of one number starts nothing anew. */
  readonly start: number;
}

export interface WatchSparkJobInput {
  readonly handle: SparkHandle;
  readonly plan: PipelinePlan;
  /** Committed offsets at which watching ends; null watches until the driver ends or the time is over. */
  readonly until: PartitionOffsets | null;
  readonly maxMs: number;
}

export interface StopSparkJobInput {
  readonly handle: SparkHandle;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
}
