import {
  CancellationScope,
  condition,
  ContinueAsNew,
  log,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { pipelineFailure } from '../../activities/contracts/failures';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { SparkHandle, SparkState, SubmitSparkJobInput } from '../../activities/spark/types';
import { continueAfterHandlers, isHistoryFull } from '../control/continue-as-new';
import { Part, reportIntervalMs, type CarriedControls } from '../control/part';
import { attentionTo, NO_TOTALS, type StageTotals } from '../control/progress';
import { drainSignal } from '../messages';
import { SPARK_CONTROL, SPARK_WATCH } from '../policies';

/** Time for a continuous driver to finish its micro-batch. */
const STOP_GRACE_MS = 20_000;
const MAX_WATCH_MS = 60_000;
/** Drivers in a row that end without a committed micro-batch; after that many the cause is not expected to disappear. */
const MAX_FAILED_STARTS = 5;

export interface RunSparkJobInput extends Pick<SubmitSparkJobInput, 'plan' | 'rawFrom'> {
  /** Whether to process while the source still publishes, or only after it has ended. */
  readonly meanwhile: boolean;
  /** State of the execution before this one. */
  readonly carried?: CarriedSparkJob;
}

/** State of a job, carried from execution to execution. */
interface CarriedSparkJob {
  /** End of the raw topic's part of this run; null while the source publishes. */
  until: PartitionOffsets | null;
  handle: SparkHandle | null;
  starts: number;
  totals: StageTotals;
  crashLoop: CrashLoop;
  readonly startedMs: number;
  readonly controls?: CarriedControls;
}

/** Driver ends without progress; counted from zero again after every committed micro-batch. */
interface CrashLoop {
  readonly failedStarts: number;
  readonly lastBatch: number | null;
}

const PARKED = { stage: 'spark', state: 'PARKED', partition: null } as const;
const NO_CRASHES: CrashLoop = { failedStarts: 0, lastBatch: null };
const NOT_STARTED = { until: null, handle: null, starts: 0, totals: NO_TOTALS, crashLoop: NO_CRASHES } as const;

export interface RunSparkJobResult {
  readonly totals: StageTotals;
  /** Drivers started; 1 when nothing broke, and 2 for a followed topic. */
  readonly starts: number;
}

/**
 * Keeps one Spark driver at work on one checkpoint, up to the offsets of the `drain` signal: continuously while the
 * source publishes, or in one bounded run after it has ended. A driver that dies is started again on the same
 * checkpoint; for a topic that others continue to write, a bounded run processes what is left.
 *
 * What is processed is decided by the committed offsets of the checkpoint, never by a driver's exit code.
 */
export async function runSparkJob(input: RunSparkJobInput): Promise<RunSparkJobResult> {
  const job = new SparkJob(input);
  setHandler(drainSignal, (offsets) => {
    job.state.until = offsets;
  });
  try {
    if (!input.meanwhile) await condition(() => job.state.until !== null);
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

/** The drivers of one run, one at a time, on one checkpoint. */
class SparkJob {
  readonly state: CarriedSparkJob;
  readonly part: Part;
  readonly #activities: Pick<Activities, 'submitSparkJob' | 'stopSparkJob' | 'watchSparkJob'>;
  #committed: PartitionOffsets | null;
  /** Why no driver is started any more; null while one may be. */
  #parked: string | null = null;

  constructor(private readonly input: RunSparkJobInput) {
    const { rawFrom, plan, carried } = input;
    this.state = carried ?? { ...NOT_STARTED, startedMs: Date.now() };
    // Before the first commit, everything before the run's own part counts as processed.
    this.#committed = rawFrom === 'earliest' ? null : rawFrom;
    const taskQueue = plan.hostTaskQueue;
    const { submitSparkJob, stopSparkJob } = proxyActivities<Activities>({ ...SPARK_CONTROL, taskQueue });
    const { watchSparkJob } = proxyActivities<Activities>({ ...SPARK_WATCH, taskQueue });
    this.#activities = { submitSparkJob, stopSparkJob, watchSparkJob };
    const behaviour = {
      startedMs: this.state.startedMs,
      totals: () => this.state.totals,
      attention: () => (this.#parked === null ? [] : [attentionTo({ ...PARKED, reason: this.#parked })]),
      resumed: () => {
        if (this.#parked !== null) this.state.crashLoop = NO_CRASHES;
        this.#parked = null;
      },
    };
    this.part = new Part('spark', behaviour, carried?.controls);
  }

  /** Whether everything before `until` is committed; false while there is no bound. */
  get isDone(): boolean {
    const { until } = this.state;
    const committed = this.#committed;
    if (until === null || committed === null) return false;
    return Object.entries(until).every(([partition, end]) => BigInt(committed[partition] ?? 0) >= BigInt(end));
  }

  get carried(): CarriedSparkJob {
    return { ...this.state, controls: this.part.carried };
  }

  async waitWhilePaused(): Promise<void> {
    if (!this.part.paused) return;
    await this.stop();
    await this.part.untilResumed();
  }

  async waitWhileParked(): Promise<void> {
    if (this.#parked === null) return;
    await this.part.report();
    await condition(() => this.#parked === null);
  }

  /** Makes sure that a driver of the right kind runs, and watches it for a while. */
  async watchOnce(): Promise<void> {
    const { plan, rawFrom } = this.input;
    const { until, totals, startedMs } = this.state;
    // The time that a driver needs to start belongs to the stage.
    if (totals.firstMs === 0) this.state.totals = { ...totals, firstMs: Date.now() };
    const trigger = until === null ? 'processing-time' : 'available-now';
    const submitted = { plan, rawFrom, rawUntil: until, trigger } as const;
    this.state.handle ??= await this.#activities.submitSparkJob({ ...submitted, start: this.state.starts++ });
    const maxMs = Math.min(reportIntervalMs(Date.now() - startedMs), MAX_WATCH_MS);
    const seen = await this.#activities.watchSparkJob({ handle: this.state.handle, plan, until, maxMs });
    this.#observe(seen);
    if (!seen.running) await this.#driverEnded(seen);
    // Others continue to write to a topic of theirs; for what is left of it a bounded driver follows.
    else if (trigger === 'processing-time' && until !== this.state.until && plan.source.kind === 'topic')
      await this.stop();
  }

  /** Ends the driver, if one runs; repeating it changes nothing. */
  async stop(): Promise<void> {
    if (this.state.handle !== null)
      await this.#activities.stopSparkJob({ handle: this.state.handle, graceMs: STOP_GRACE_MS });
    this.state.handle = null;
  }

  #observe(seen: SparkState): void {
    const { totals } = this.state;
    this.#committed = seen.committed ?? this.#committed;
    if (seen.inputRows !== totals.in) {
      this.state.totals = { ...totals, in: seen.inputRows, out: seen.inputRows, lastMs: Date.now() };
    }
    if (!this.input.plan.rules.bounded || seen.droppedByWatermark === 0) return;
    throw pipelineFailure(
      'LateRecordsDropped',
      `Spark dropped ${seen.droppedByWatermark} records of a bounded run as late, expected none.`,
    );
  }

  async #driverEnded(seen: SparkState): Promise<void> {
    this.state.handle = null;
    const hasProgressed = seen.lastBatch !== this.state.crashLoop.lastBatch || this.isDone;
    const failedStarts = hasProgressed ? 0 : this.state.crashLoop.failedStarts + 1;
    this.state.crashLoop = { failedStarts, lastBatch: seen.lastBatch };
    log.info('Spark driver ended', { exitOk: seen.exitOk, lastBatch: seen.lastBatch, failedStarts });
    if (failedStarts >= MAX_FAILED_STARTS) {
      this.#parked =
        `SparkFailed: the driver ended ${failedStarts} times in a row without committing a micro-batch. ` +
        `Its last log lines:\n${seen.lastLogLines.join('\n')}`;
    } else if (failedStarts > 0) await sleep(1_000 * 2 ** failedStarts);
  }
}
