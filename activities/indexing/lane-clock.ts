import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { isCancelRequested } from '../cancel-request';
import { LANE_PROGRESS_SIGNAL } from '../contracts/lane-progress';
import { reportIntervalMs } from '../contracts/report-interval';
import type { KafkaGateway } from '../kafka';
import type { IndexLaneInput, LaneProgress } from './lane';

const TICK_MS = 250;
/** A lane that has nothing to send works if Kafka has let it read for this long. */
const WORKS_AFTER_MS = 5_000;
const MIRROR_MS = 5_000;
/** A lane whose heartbeats are rarer looks that often whether it is cancelled. */
const LOOK_MS = 4_000;

/** What a lane does from time to time: it stores its checkpoint, reports it, and ends when its time is over. */
export class LaneClock {
  readonly #context = Context.current();
  readonly #startedMs = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: Sent;
  /** The first change is told at once. */
  #report: Sent;
  #mirror: Sent;
  #lookedMs = this.#startedMs;
  #mustTell: boolean;

  /**
   * @param progress - what is indexed now; another object after each change
   * @param isIdle - whether everything that was read is indexed
   * @param over - called when the lane should end: its time is over, or its workflow cancels it
   */
  constructor(
    private readonly servers: { readonly kafka: KafkaGateway; readonly temporal: () => Client },
    private readonly input: IndexLaneInput,
    private readonly progress: () => LaneProgress,
    private readonly isIdle: () => boolean,
    private readonly over: () => void,
  ) {
    this.#mustTell = input.wasFailing;
    const what = progress();
    this.#heartbeat = { ms: Date.now(), what };
    this.#report = { ms: 0, what };
    this.#mirror = { ms: 0, what };
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#mirrorOffsets();
  }

  /** To be called after each change, too. */
  tick(): void {
    const nowMs = Date.now();
    const { heartbeat, ageMs, maxMs } = this.input;
    const now = this.progress();
    const beatMs = this.#heartbeat.what === now ? heartbeat.idleMs : heartbeat.busyMs;
    if (nowMs - this.#heartbeat.ms >= beatMs) {
      const { positions, counts } = now;
      this.#context.heartbeat({ positions, counts });
      this.#heartbeat = { ms: nowMs, what: now };
    }
    if (ageMs !== null && this.#isReportDue(now, nowMs, reportIntervalMs(ageMs + nowMs - this.#startedMs))) {
      this.#report = { ms: nowMs, what: now };
      this.#mustTell = false;
      void this.#signal(now);
    }
    if (nowMs - this.#mirror.ms >= MIRROR_MS) this.#mirrorOffsets();
    if (Math.min(beatMs, nowMs - this.#lookedMs) >= LOOK_MS) {
      this.#lookedMs = nowMs;
      void this.#look();
    }
    if (nowMs - this.#startedMs >= maxMs) this.over();
  }

  /** Best effort: the next heartbeat brings a cancellation, too. */
  async #look(): Promise<void> {
    if (await isCancelRequested(this.servers.temporal()).catch(() => false)) this.over();
  }

  #isReportDue(now: LaneProgress, nowMs: number, intervalMs: number): boolean {
    const isOld = nowMs - this.#report.ms >= intervalMs;
    if (this.#report.what !== now) return isOld;
    return this.#mustTell && this.isIdle() && nowMs - this.#startedMs >= WORKS_AFTER_MS;
  }

  /** Best effort: the result of the lane has everything. */
  async #signal(progress: LaneProgress): Promise<void> {
    const { info, log } = this.#context;
    try {
      await this.servers
        .temporal()
        .workflow.getHandle(info.workflowExecution?.workflowId ?? '')
        .signal(LANE_PROGRESS_SIGNAL, progress);
    } catch (error) {
      log.warn('progress of a lane not reported', { error });
    }
  }

  /** Not awaited: nothing depends on it. */
  #mirrorOffsets(): void {
    const { mirrorGroup = null, topic } = this.input;
    const now = this.progress();
    if (mirrorGroup === null || this.#mirror.what === now) return;
    this.#mirror = { ms: Date.now(), what: now };
    const next = Object.entries(now.positions).map(([partition, position]) => [partition, position.next] as const);
    void this.servers.kafka.mirrorOffsets(mirrorGroup, topic, Object.fromEntries(next));
  }
}

interface Sent {
  readonly ms: number;
  readonly what: LaneProgress;
}
