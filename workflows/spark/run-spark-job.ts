import { CancellationScope, ContinueAsNew, setHandler } from '@temporalio/workflow';
import { continueAfterHandlers, isHistoryFull } from '../control/continue-as-new';
import type { StageTotals } from '../control/progress';
import { drainSignal } from '../messages';
import { SparkJob, type RunSparkJobInput } from './spark-job';

export interface RunSparkJobResult {
  readonly totals: StageTotals;
  /** Drivers started; 1 when nothing broke, and 2 for a followed topic. */
  readonly starts: number;
}

/**
 * Keeps one Spark driver at work on one checkpoint, beside the source and up to the offsets of the `drain` signal, or to
 * those of the input. A driver that dies is started again on the same checkpoint; for a topic that others continue to
 * write, a bounded driver processes what is left.
 *
 * What is processed is decided by the committed offsets of the checkpoint, never by a driver's exit code.
 */
export async function runSparkJob(input: RunSparkJobInput): Promise<RunSparkJobResult> {
  const job = new SparkJob(input);
  setHandler(drainSignal, (offsets) => {
    job.state.until = offsets;
  });
  try {
    while (!job.isDone) {
      await job.waitWhilePaused();
      await job.watchOnce();
      await job.waitWhileParked();
      await job.part.reportIfDue();
      if (isHistoryFull()) {
        await continueAfterHandlers<typeof runSparkJob>(() => [{ ...input, carried: job.carried }]);
      }
    }
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    await CancellationScope.nonCancellable(() => job.stop());
    throw error;
  }
  await CancellationScope.nonCancellable(() => job.stop());
  await job.part.report();
  return { totals: job.state.totals, starts: job.state.starts };
}
