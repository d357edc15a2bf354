import { condition, log, sleep } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { pipelineFailure } from '../../activities/contracts/failures';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import { reportIntervalMs } from '../../activities/contracts/report-interval';
import type { LostRecords, SparkHandle, SparkState, SubmitSparkJobInput } from '../../activities/spark/types';
import { FailingActivities } from '../control/failing-activities';
import { unlessInterrupted } from '../control/interruptible';
import { Part, type CarriedControls } from '../control/part';
import { attentionTo, NO_TOTALS, type Attention, type StageTotals } from '../control/progress';
import { LIVE_HEARTBEAT_TIMEOUT, SPARK_CONTROL, SPARK_WATCH } from '../policies';
import { PublishedRecords } from './published-records';
import { afterDriver, NO_CRASHES, pauseMs, troubleAfter, type CrashLoop } from './crash-loop';

/** Time for a continuous driver to finish its micro-batch. */
const STOP_GRACE_MS = 20_000;
/** A driver that lives this long after the death of another one is not expected to die of the same cause. */
const STABLE_MS = 60_000;

export interface RunSparkJobInput extends Pick<SubmitSparkJobInput, 'plan' | 'rawFrom'> {
  /** End of the raw topic's part of this run; null: the `drain` signal brings it. */
  readonly until: PartitionOffsets | null;
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
  /** What the next driver may pass over, since an operator resumed after it. */
  accepted: LostRecords['type'] | null;
  readonly startedMs: number;
  readonly published?: PublishedRecords['looks'];
  readonly controls?: CarriedControls;
}

/** Why no driver works at present. */
interface Trouble {
  readonly state: 'RETRYING' | 'PARKED';
  readonly reason: string;
  readonly lost: LostRecords | null;
  readonly sinceMs: number;
}

const NOT_STARTED = {
  ...{ handle: null, starts: 0 },
  ...{ totals: NO_TOTALS, crashLoop: NO_CRASHES, accepted: null },
} as const;

/** The drivers of one run, one at a time, on one checkpoint. */
export class SparkJob {
  readonly state: CarriedSparkJob;
  readonly part: Part;
  readonly #activities: Pick<Activities, 'submitSparkJob' | 'stopSparkJob' | 'watchSparkJob'>;
  readonly #failing = new FailingActivities('spark', () => this.part.report());
  readonly #published: PublishedRecords;
  #committed: PartitionOffsets | null;
  #trouble: Trouble | null = null;

  constructor(private readonly input: RunSparkJobInput) {
    const { rawFrom, until, plan, carried } = input;
    this.state = carried ?? { ...NOT_STARTED, until, startedMs: Date.now() };
    this.#published = new PublishedRecords(carried?.published ?? [{ ms: this.state.startedMs, records: 0 }]);
    // Before the first commit, everything before the run's own part counts as processed.
    this.#committed = rawFrom === 'earliest' ? null : rawFrom;
    const taskQueue = plan.hostTaskQueue;
    const liveTimeout = plan.rules.bounded ? {} : { heartbeatTimeout: LIVE_HEARTBEAT_TIMEOUT };
    const { submitSparkJob, stopSparkJob } = this.#failing.proxy({ ...SPARK_CONTROL, taskQueue });
    const { watchSparkJob } = this.#failing.proxy({ ...SPARK_WATCH, ...liveTimeout, taskQueue });
    this.#activities = { submitSparkJob, stopSparkJob, watchSparkJob };
    const behaviour = {
      startedMs: this.state.startedMs,
      totals: () => this.state.totals,
      checkpoint: () => this.#committed,
      attention: () => this.#attention,
      resumed: () => {
        this.#resumed();
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
    return { ...this.state, published: this.#published.looks, controls: this.part.carried };
  }

  async waitWhilePaused(): Promise<void> {
    if (!this.part.paused) return;
    this.#trouble = null;
    await this.stop();
    await this.part.untilResumed();
  }

  async waitWhileParked(): Promise<void> {
    if (this.#trouble?.state !== 'PARKED') return;
    await this.part.report();
    await condition(() => this.#trouble === null);
  }

  /** Makes sure that a driver of the right kind runs, and watches it for a while. */
  async watchOnce(): Promise<void> {
    const { plan, rawFrom } = this.input;
    const { until, totals, startedMs, accepted } = this.state;
    // The time that a driver needs to start belongs to the stage.
    if (totals.firstMs === 0) this.state.totals = { ...totals, firstMs: Date.now() };
    // A driver that may pass over lost records ends soon, so that later losses are not passed over too.
    const trigger = until === null && accepted === null ? 'processing-time' : 'available-now';
    const submitted = { plan, rawFrom, rawUntil: until, trigger, accepted } as const;
    this.state.handle ??= await this.#activities.submitSparkJob({ ...submitted, start: this.state.starts++ });
    const maxMs = reportIntervalMs(Date.now() - startedMs);
    const watched = { handle: this.state.handle, plan, until, maxMs };
    const seen = await unlessInterrupted(
      () => this.#activities.watchSparkJob(watched),
      () => this.part.paused || until !== this.state.until,
    );
    if (seen !== null) await this.#after(seen);
    if (this.#isEndOfTopic(until)) await this.stop();
  }

  async #after(seen: SparkState): Promise<void> {
    this.#observe(seen);
    if (seen.lost !== null && !this.isDone) await this.#park(seen.lost);
    else if (!seen.running) await this.#driverEnded(seen);
  }

  /** Others continue to write to a topic of theirs; for what is left of it a bounded driver follows. */
  #isEndOfTopic(until: PartitionOffsets | null): boolean {
    return until !== this.state.until && this.input.plan.source.kind === 'topic';
  }

  /** Ends the driver, if one runs; repeating it changes nothing. */
  async stop(): Promise<void> {
    if (this.state.handle !== null)
      await this.#activities.stopSparkJob({ handle: this.state.handle, graceMs: STOP_GRACE_MS });
    this.state.handle = null;
  }

  get #attention(): readonly Attention[] {
    if (this.#trouble === null) return this.#failing.attention;
    const { state, reason } = this.#trouble;
    return [...this.#failing.attention, attentionTo({ stage: 'spark', state, partition: null, reason })];
  }

  /** An operator who resumes after a loss accepts it. */
  #resumed(): void {
    this.#failing.release();
    if (this.#trouble?.state !== 'PARKED') return;
    this.state.crashLoop = NO_CRASHES;
    this.state.accepted = this.#trouble.lost?.type ?? null;
    // A new topic is read from its beginning.
    if (this.state.accepted === 'TopicRecreated') this.#committed = null;
    this.#trouble = null;
  }

  async #park(lost: LostRecords): Promise<void> {
    await this.stop();
    this.#trouble = { state: 'PARKED', reason: `${lost.type}: ${lost.message}`, lost, sinceMs: Date.now() };
  }

  #observe(seen: SparkState): void {
    const { totals } = this.state;
    if (this.#trouble?.state === 'RETRYING' && this.#isWorking(seen, this.#trouble)) this.#trouble = null;
    this.#committed = seen.committed ?? this.#committed;
    const behindMs = this.#behindMs(seen);
    if (seen.inputRows !== totals.in) {
      this.state.totals = { ...totals, in: seen.inputRows, out: seen.inputRows, behindMs, lastMs: Date.now() };
    } else if (behindMs !== (totals.behindMs ?? 0)) {
      this.state.totals = { ...totals, behindMs };
    }
    if (!this.input.plan.rules.bounded || seen.droppedByWatermark === 0) return;
    throw pipelineFailure(
      'LateRecordsDropped',
      `Spark dropped ${seen.droppedByWatermark} records of a bounded run as late, expected none.`,
    );
  }

  #behindMs({ inputRows, waiting }: SparkState): number | null {
    return waiting === null ? null : this.#published.ageOf(inputRows, waiting, Date.now());
  }

  /** A driver without new records commits nothing, but lives on. */
  #isWorking({ running, lastBatch }: SparkState, { sinceMs }: Trouble): boolean {
    return lastBatch !== this.state.crashLoop.lastBatch || (running && Date.now() - sinceMs > STABLE_MS);
  }

  async #driverEnded(seen: SparkState): Promise<void> {
    this.state.handle = null;
    this.state.accepted = null;
    this.state.crashLoop = afterDriver(this.state.crashLoop, seen, this.isDone);
    const { exitOk, lastBatch, error } = seen;
    log.info('Spark driver ended', { ...this.state.crashLoop, exitOk, lastBatch, error });
    const trouble = troubleAfter(this.state.crashLoop, seen);
    if (trouble !== null) this.#trouble = { ...trouble, lost: null, sinceMs: Date.now() };
    const pause = pauseMs(this.state.crashLoop);
    if (pause === 0) this.#trouble = null;
    if (pause === 0 || trouble?.state === 'PARKED') return;
    await this.part.report();
    await sleep(pause);
  }
}
