import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PartitionOffsets } from '../activities/contracts/offsets';
import type { PipelinePlan } from '../activities/contracts/plan';
import type { SparkHandle, SparkState } from '../activities/spark';
import { drainSignal } from './messages';
import { MAX_HISTORY_EVENTS, SPARK_CONTROL, SPARK_WATCH } from './policies';
import { NO_TOTALS, type StageTotals } from './progress';
import { covers, isStuck, noDeaths, noteDeath, type Deaths } from './spark-restarts';
import { Telling, tellingPauseMs } from './telling';

/** A continuous driver gets this long to finish its micro-batch. */
const STOP_GRACE_MS = 20_000;

export interface RunSparkJobInput {
  readonly plan: PipelinePlan;
  /** Raw offsets before the source started; where a fresh checkpoint begins. */
  readonly rawFrom: PartitionOffsets | 'earliest';
  /** Whether to process while the source still publishes, or only once it has ended. */
  readonly meanwhile: boolean;
  /** Where the execution before this one stood. */
  readonly carried?: SparkCheckpoint;
}

interface SparkCheckpoint {
  readonly until: PartitionOffsets | null;
  readonly handle: SparkHandle | null;
  readonly starts: number;
  readonly totals: StageTotals;
  readonly deaths: Deaths;
  readonly startedMs: number;
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
  const { plan } = input;
  const taskQueue = plan.hostTaskQueue;
  const { submitSparkJob, stopSparkJob } = proxyActivities<Activities>({ ...SPARK_CONTROL, taskQueue });
  const { watchSparkJob } = proxyActivities<Activities>({ ...SPARK_WATCH, taskQueue });

  const startedMs = input.carried?.startedMs ?? Date.now();
  let { until, handle, starts, totals, deaths } = input.carried ?? {
    until: null as PartitionOffsets | null,
    handle: null as SparkHandle | null,
    starts: 0,
    totals: NO_TOTALS,
    deaths: noDeaths(),
  };
  let state: SparkState | null = null;
  const baseline = input.rawFrom === 'earliest' ? null : input.rawFrom;
  const telling = new Telling('spark', startedMs, () => totals);
  setHandler(drainSignal, (offsets) => {
    until = offsets;
  });

  const stop = async (): Promise<void> => {
    if (handle !== null) await stopSparkJob({ handle, graceMs: STOP_GRACE_MS });
    handle = null;
  };
  const observe = (seen: SparkState): void => {
    state = seen;
    const nowMs = Date.now();
    const moved = seen.inputRows !== totals.in;
    totals = {
      ...totals,
      in: seen.inputRows,
      out: seen.inputRows,
      firstMs: totals.firstMs === 0 && moved ? nowMs : totals.firstMs,
      lastMs: moved ? nowMs : totals.lastMs,
    };
    if (plan.rules.bounded && seen.droppedByWatermark > 0) throw lateRecordsDropped(seen);
  };

  try {
    if (!input.meanwhile) await condition(() => until !== null);
    while (!covers(state?.committed ?? baseline, until)) {
      const trigger = until === null ? 'continuous' : 'available-now';
      handle ??= await submitSparkJob({ plan, rawFrom: input.rawFrom, trigger, start: starts++ });
      const maxMs = Math.min(tellingPauseMs(Date.now() - startedMs), 60_000);
      const watched = await watchSparkJob({ handle, plan, until: null, maxMs });
      observe(watched);
      await telling.sometimes();
      if (!watched.running) {
        handle = null;
        deaths = noteDeath(deaths, watched, until);
        if (isStuck(deaths)) throw sparkFailed(deaths, watched);
        if (deaths.inARow > 0) await sleep(1_000 * 2 ** deaths.inARow);
      } else if (trigger === 'continuous' && drainAsked()) {
        await stop();
      }
      if (workflowInfo().historyLength > MAX_HISTORY_EVENTS) {
        const carried: SparkCheckpoint = { until, handle, starts, totals, deaths, startedMs };
        await continueAsNew<typeof runSparkJob>({ ...input, carried });
      }
    }
    await CancellationScope.nonCancellable(stop);
  } catch (error) {
    if (isCancellation(error) || error instanceof ApplicationFailure) await CancellationScope.nonCancellable(stop);
    throw error;
  }
  await telling.now();
  return { totals, starts, duplicates: duplicatesOf(state) };

  // A function, since the compiler takes a variable that only a handler changes for a constant.
  function drainAsked(): boolean {
    return until !== null;
  }
}

function duplicatesOf(state: SparkState | null): number {
  return state?.duplicates ?? 0;
}

function lateRecordsDropped({ droppedByWatermark }: SparkState): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'LateRecordsDropped',
    nonRetryable: true,
    message: `Spark dropped ${droppedByWatermark} records of a bounded run as late, expected none.`,
  });
}

function sparkFailed({ inARow }: Deaths, { lastLogLines }: SparkState): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'SparkFailed',
    nonRetryable: true,
    message:
      `The Spark driver died ${inARow} times in a row without committing a micro-batch. ` +
      `Its last words:\n${lastLogLines.join('\n')}`,
  });
}
