import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { FileFacts } from '../../activities/sources/file/file-identity';
import type { PublishResult } from '../../activities/sources/publish-simulated-range';
import { FailingActivities } from '../control/failing-activities';
import { Part, type CarriedControls } from '../control/part';
import { addTotals, NO_TOTALS, type StageTotals } from '../control/progress';

/** At a given rate, one activity publishes about this many seconds' records. */
const PACED_RANGE_SECONDS = 10;

export interface SourceResult {
  readonly totals: StageTotals;
  /** Set when an operator stopped the source early: the records before this number are published. */
  readonly stoppedAt?: number;
  /** Of the file that was read; null for other sources. */
  readonly file: Pick<FileFacts, 'sha256' | 'bytes' | 'notes'> | null;
}

/** Passed to the next execution by continue-as-new. */
export interface CarriedSource {
  /** Number of the record that is published next. */
  readonly next: number;
  readonly totals: StageTotals;
  readonly startedMs: number;
  /** Null: as fast as possible. */
  readonly ratePerSecond: number | null;
  /** When the rate was last set or a pause ended, and the next record then. */
  readonly sinceMs: number;
  readonly sinceRecord: number;
  readonly controls?: CarriedControls;
}

type Counts = Pick<PublishResult, 'published' | 'deadLetters' | 'bytes'>;

/** How far a source has published, at which rate, and whether it may publish at all; operators can change both. */
export class PacedSource {
  #state: CarriedSource;
  readonly #part: Part;
  readonly #failing = new FailingActivities('source', () => this.#part.report());

  /** Records that were not published during a pause or at the old rate are not caught up. */
  readonly #setRate = (ratePerSecond: number | null): void => {
    this.#state = { ...this.#state, ratePerSecond, sinceMs: Date.now(), sinceRecord: this.next };
  };

  constructor({ ratePerSecond }: { readonly ratePerSecond: number | null }, carried?: CarriedSource) {
    const startedMs = carried?.startedMs ?? Date.now();
    const initial = { next: 0, totals: NO_TOTALS, startedMs, ratePerSecond, sinceMs: startedMs, sinceRecord: 0 };
    this.#state = carried ?? initial;
    const behaviour = {
      startedMs,
      totals: () => this.#state.totals,
      attention: () => this.#failing.attention,
      resumed: this.#failing.release,
      setRate: this.#setRate,
      stop: true,
    };
    this.#part = new Part('source', behaviour, carried?.controls);
  }

  /** The activities of the source, which are tried again until they succeed. */
  activities(options: ActivityOptions): Activities {
    return this.#failing.proxy(options);
  }

  get carried(): CarriedSource {
    return { ...this.#state, controls: this.#part.carried };
  }

  get next(): number {
    return this.#state.next;
  }

  get ratePerSecond(): number | null {
    return this.#state.ratePerSecond;
  }

  /** Waits while the source is paused. @returns false once it is stopped */
  async mayPublish(): Promise<boolean> {
    if (this.#part.paused) {
      await this.#part.untilResumed();
      this.#setRate(this.ratePerSecond);
    }
    return !this.#part.stopped;
  }

  /** How many records the next activity publishes: some seconds' worth, or `fullSpeed` if there is no rate. */
  rangeSize(fullSpeed: number): number {
    if (this.ratePerSecond === null) return fullSpeed;
    return Math.max(1, Math.min(Math.round(this.ratePerSecond * PACED_RANGE_SECONDS), 5 * fullSpeed));
  }

  /**
   * When the next record is due, counted from when the rate was last set, so that pauses between ranges do not add up;
   * empty if there is no rate.
   */
  due(): { readonly startedAtMs?: number } {
    const { next, ratePerSecond, sinceMs, sinceRecord } = this.#state;
    if (ratePerSecond === null) return {};
    return { startedAtMs: Math.round(sinceMs + ((next - sinceRecord) / ratePerSecond) * 1_000) };
  }

  /** Counts what one activity published, which are the records before `next`. */
  async advance(next: number, { published, deadLetters, bytes }: Counts): Promise<void> {
    const added = { in: published + deadLetters, out: published, deadLetters, bytes, lag: 0 };
    this.#state = { ...this.#state, next, totals: addTotals(this.#state.totals, added, Date.now()) };
    await this.#part.reportIfDue();
  }

  async result(isComplete: boolean, file: SourceResult['file']): Promise<SourceResult> {
    await this.#part.report();
    const { totals, next } = this.#state;
    return { totals, file, ...(isComplete ? {} : { stoppedAt: next }) };
  }
}
