/**
 * Step 3: one Spark driver at work on one checkpoint.
 *
 * @module
 */
import { localAdapter, type LocalSpark } from './local-adapter';
import { heartbeatAndWait, submitSparkJob } from './submit-spark-job';
import type { SparkHandle, SparkState, StopSparkJobInput, SubmitSparkJobInput, WatchSparkJobInput } from './types';
import { watchSparkJob } from './watch-spark-job';

export { sweepSparkDrivers } from './sweep-spark-drivers';
export type { SparkHandle, SparkState } from './types';

export interface SparkDependencies extends LocalSpark {
  /** Kafka brokers, separated by commas. */
  readonly bootstrap: string;
  /** Folder of run folders and checkpoints; must survive the worker. */
  readonly sparkState: string;
}

export interface SparkActivities {
  submitSparkJob(input: SubmitSparkJobInput): Promise<SparkHandle>;
  watchSparkJob(input: WatchSparkJobInput): Promise<SparkState>;
  stopSparkJob(input: StopSparkJobInput): Promise<void>;
}

export function createSparkActivities(dependencies: SparkDependencies): SparkActivities {
  const adapter = localAdapter(dependencies);
  return {
    submitSparkJob: (input) => submitSparkJob(adapter, dependencies, input),
    watchSparkJob: (input) => watchSparkJob(adapter, dependencies.sparkState, input),
    stopSparkJob: ({ handle, graceMs }) => adapter.stop(handle, graceMs, heartbeatAndWait),
  };
}
