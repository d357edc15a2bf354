import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { shortReason, updateCommand } from '../control/attention';
import { Controls, type CarriedControls } from '../control/controls';
import { drainSignal } from '../messages';
import { MAX_HISTORY_EVENTS } from '../policies';
import type { Attention, StageTotals } from '../control/progress';
import { SparkJob, type SparkJobInput } from './spark-job';
import { ProgressReporter } from '../control/progress-reporter';

export interface RunSparkJobInput extends SparkJobInput {
  /** Whether to process while the source still publishes, or only once it has ended. */
  readonly meanwhile: boolean;
  /** As the execution before this one left them. */
  readonly controls?: CarriedControls;
}

export interface RunSparkJobResult {
  readonly totals: StageTotals;
  /** Drivers started; 1 when nothing broke, and 2 for a followed topic. */
  readonly starts: number;
  /** Repeats that the de-duplication dropped, as far as Spark told. */
  readonly duplicates: number;
}

/**
 * Keeps one Spark driver at work on one checkpoint, up to the offsets of the `drain` signal: continuously while the
 * source publishes, or in one bounded run once it has ended. A driver that dies is started again on the same
 * checkpoint; a topic that others go on writing gets a bounded run for its rest.
 *
 * The committed offsets of the checkpoint are the authority for what is processed, never a driver's exit code.
 */
export async function runSparkJob(input: RunSparkJobInput): Promise<RunSparkJobResult> {
  const job = new SparkJob(input);
  const attention = (): readonly Attention[] => [...controls.attention, ...parkedAttention(job.parked)];
  const reporter: ProgressReporter = new ProgressReporter('spark', job.startedMs, () => job.totals, attention);
  const resumed = (): void => {
    job.release();
  };
  const controls = new Controls('spark', { resumed, changed: () => reporter.report() }, input.controls);
  setHandler(drainSignal, (offsets) => {
    job.until = offsets;
  });
  try {
    if (!input.meanwhile) await condition(() => job.until !== null);
    while (!job.isDone) {
      if (controls.paused) {
        await job.stop();
        await controls.untilResumed();
      }
      await job.watchOnce();
      if (job.parked !== null) {
        await reporter.report();
        await condition(() => job.parked === null);
      }
      await reporter.reportIfDue();
      if (workflowInfo().historyLength > MAX_HISTORY_EVENTS) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof runSparkJob>({ ...input, carried: job.carried, controls: controls.carried });
      }
    }
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    await CancellationScope.nonCancellable(() => job.stop());
    throw error;
  }
  await CancellationScope.nonCancellable(() => job.stop());
  await reporter.report();
  return { totals: job.totals, starts: job.carried.starts, duplicates: job.duplicates };
}

function parkedAttention(parked: string | null): readonly Attention[] {
  if (parked === null) return [];
  const command = updateCommand('resume');
  return [{ stage: 'spark', state: 'PARKED', partition: null, reason: shortReason(parked), command }];
}
