import {
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { drainSignal } from './messages';
import { MAX_HISTORY_EVENTS } from './policies';
import type { StageTotals } from './progress';
import { SparkJob, type SparkJobInput } from './spark-job';
import { Telling } from './telling';

export interface RunSparkJobInput extends SparkJobInput {
  /** Whether to process while the source still publishes, or only once it has ended. */
  readonly meanwhile: boolean;
}

export interface RunSparkJobResult {
  readonly totals: StageTotals;
  /** Drivers started; 1 when nothing broke and nothing ran meanwhile. */
  readonly starts: number;
  /** Repeats that the de-duplication dropped, as far as Spark told. */
  readonly duplicates: number;
}

/**
 * Keeps one Spark driver at work on one checkpoint: continuously while the source publishes, then in one bounded run
 * up to the offsets of the `drain` signal. A driver that dies is started again on the same checkpoint.
 *
 * The committed offsets of the checkpoint are the authority for what is processed, never a driver's exit code.
 */
export async function runSparkJob(input: RunSparkJobInput): Promise<RunSparkJobResult> {
  const job = new SparkJob(input);
  const telling = new Telling('spark', job.startedMs, () => job.totals);
  setHandler(drainSignal, (offsets) => {
    job.until = offsets;
  });
  try {
    if (!input.meanwhile) await condition(() => job.until !== null);
    while (!job.isDone) {
      await job.watchOnce();
      await telling.sometimes();
      if (workflowInfo().historyLength > MAX_HISTORY_EVENTS) {
        await continueAsNew<typeof runSparkJob>({ ...input, carried: job.carried });
      }
    }
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    await CancellationScope.nonCancellable(() => job.stop());
    throw error;
  }
  await CancellationScope.nonCancellable(() => job.stop());
  await telling.now();
  return { totals: job.totals, starts: job.carried.starts, duplicates: job.duplicates };
}
