import { ApplicationFailure, patched, proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { SparkHandle, SparkState } from '../../activities/spark';
import { SPARK_CONTROL, SPARK_WATCH } from '../policies';
import { NO_TOTALS, type StageTotals } from '../control/progress';
import { covers, isStuck, NO_CRASHES, recordExit, type CrashLoop } from './spark-restarts';
import { reportIntervalMs } from '../control/progress-reporter';

/** A continuous driver gets this long to finish its micro-batch. */
const STOP_GRACE_MS = 20_000;
const LONGEST_WATCH_MS = 60_000;
/** Runs from before end a continuous driver wherever the source ends, and start another one for the rest. */
const TO_THE_END_PATCH = 'one-driver-to-the-end';

export interface SparkJobInput {
  readonly plan: PipelinePlan;
  /** Raw offsets before the source started; where a fresh checkpoint begins. */
  readonly rawFrom: PartitionOffsets | 'earliest';
  /** Where the execution before this one stood. */
  readonly carried?: CarriedSparkJob;
}

export interface CarriedSparkJob {
  readonly until: PartitionOffsets | null;
  readonly handle: SparkHandle | null;
  readonly starts: number;
  readonly totals: StageTotals;
  readonly crashes: CrashLoop;
  readonly startedMs: number;
}

/** The drivers of one run, one at a time, on one checkpoint. */
export class SparkJob {
  readonly startedMs: number;
  /** End of the raw topic's part of this run; null while the source publishes. */
  until: PartitionOffsets | null;
  totals: StageTotals;
  duplicates = 0;
  /** Why no driver is started any more; null while one may be. */
  parked: string | null = null;
  #handle: SparkHandle | null;
  #starts: number;
  #crashes: CrashLoop;
  #committed: PartitionOffsets | null;
  readonly #activities: Pick<Activities, 'submitSparkJob' | 'stopSparkJob' | 'watchSparkJob'>;

  constructor(private readonly input: SparkJobInput) {
    const { rawFrom, plan } = input;
    const carried = input.carried ?? freshJob();
    this.startedMs = carried.startedMs;
    this.until = carried.until;
    this.totals = carried.totals;
    this.#handle = carried.handle;
    this.#starts = carried.starts;
    this.#crashes = carried.crashes;
    // Before the first commit, everything before the run's own part counts as processed.
    this.#committed = rawFrom === 'earliest' ? null : rawFrom;
    const taskQueue = plan.hostTaskQueue;
    const { submitSparkJob, stopSparkJob } = proxyActivities<Activities>({ ...SPARK_CONTROL, taskQueue });
    const { watchSparkJob } = proxyActivities<Activities>({ ...SPARK_WATCH, taskQueue });
    this.#activities = { submitSparkJob, stopSparkJob, watchSparkJob };
  }

  get isDone(): boolean {
    return covers(this.#committed, this.until);
  }

  get carried(): CarriedSparkJob {
    const { until, totals, startedMs } = this;
    return { until, handle: this.#handle, starts: this.#starts, totals, crashes: this.#crashes, startedMs };
  }

  /** Sees to it that a driver of the right kind runs, and looks at it for a while. */
  async watchOnce(): Promise<void> {
    const { plan, rawFrom } = this.input;
    const { until, totals } = this;
    // What a driver needs to start is part of the stage's time.
    if (totals.firstMs === 0) this.totals = { ...totals, firstMs: Date.now() };
    const trigger = until === null ? 'continuous' : 'available-now';
    this.#handle ??= await this.#activities.submitSparkJob({
      plan,
      rawFrom,
      rawUntil: until,
      trigger,
      start: this.#starts++,
    });
    const maxMs = Math.min(reportIntervalMs(Date.now() - this.startedMs), LONGEST_WATCH_MS);
    const seen = await this.#activities.watchSparkJob({ handle: this.#handle, plan, until, maxMs });
    this.#observe(seen);
    if (!seen.running) await this.#driverEnded(seen);
    else if (trigger === 'continuous' && until !== this.until && !this.#mayGoOn()) await this.stop();
  }

  /** Whether nothing follows in the raw topic where the source has ended; others go on writing to a topic of theirs. */
  #mayGoOn(): boolean {
    return this.input.plan.source.kind !== 'topic' && patched(TO_THE_END_PATCH);
  }

  /** A person says that a driver is to be started again. */
  release(): void {
    if (this.parked !== null) this.#crashes = NO_CRASHES;
    this.parked = null;
  }

  /** Ends the driver, if one runs; repeating it changes nothing. */
  async stop(): Promise<void> {
    if (this.#handle !== null) await this.#activities.stopSparkJob({ handle: this.#handle, graceMs: STOP_GRACE_MS });
    this.#handle = null;
  }

  #observe(seen: SparkState): void {
    const nowMs = Date.now();
    const { totals } = this;
    this.#committed = seen.committed ?? this.#committed;
    this.duplicates = seen.duplicates;
    if (seen.inputRows !== totals.in) {
      this.totals = { ...totals, in: seen.inputRows, out: seen.inputRows, lastMs: nowMs };
    }
    if (this.input.plan.rules.bounded && seen.droppedByWatermark > 0) throw lateRecordsDropped(seen);
  }

  async #driverEnded(seen: SparkState): Promise<void> {
    this.#handle = null;
    this.#crashes = recordExit(this.#crashes, seen, this.isDone);
    if (isStuck(this.#crashes)) this.parked = sparkFailure(this.#crashes, seen);
    else if (this.#crashes.inARow > 0) await sleep(1_000 * 2 ** this.#crashes.inARow);
  }
}

function freshJob(): CarriedSparkJob {
  return { until: null, handle: null, starts: 0, totals: NO_TOTALS, crashes: NO_CRASHES, startedMs: Date.now() };
}

function lateRecordsDropped({ droppedByWatermark }: SparkState): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `Spark dropped ${droppedByWatermark} records of a bounded run as late, expected none.`,
    'LateRecordsDropped',
  );
}

function sparkFailure({ inARow }: CrashLoop, { lastLogLines }: SparkState): string {
  const lastWords = lastLogLines.join('\n');
  return `SparkFailed: the driver died ${inARow} times in a row without committing a micro-batch. Its last words:\n${lastWords}`;
}
