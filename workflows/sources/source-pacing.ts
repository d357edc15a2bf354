import { Controls, type CarriedControls } from '../control/controls';
import type { StageTotals } from '../control/progress';
import { ProgressReporter } from '../control/progress-reporter';

/** At a given rate, one activity publishes about this many seconds' records. */
const PACED_RANGE_SECONDS = 10;

/** Carried from execution to execution. */
export interface CarriedSource {
  readonly ratePerSecond: number | null;
  readonly sinceMs: number;
  readonly sinceRecord: number;
  readonly controls: CarriedControls;
}

export interface PacedSource {
  /** Null: as fast as possible. */
  readonly ratePerSecond: number | null;
  readonly startedMs: number;
  readonly totals: () => StageTotals;
  /** Number of the record that is published next. */
  readonly next: () => number;
}

/** The rate of a source, which people can change, and whether it may publish at all. */
export class SourcePacing {
  readonly #source: PacedSource;
  readonly #reporter: ProgressReporter;
  readonly #controls: Controls;
  #ratePerSecond: number | null;
  #sinceMs: number;
  #sinceRecord: number;

  constructor(source: PacedSource, carried?: CarriedSource) {
    this.#source = source;
    this.#ratePerSecond = carried === undefined ? source.ratePerSecond : carried.ratePerSecond;
    this.#sinceMs = carried?.sinceMs ?? source.startedMs;
    this.#sinceRecord = carried?.sinceRecord ?? 0;
    const changed = (): Promise<void> => this.#reporter.report();
    const setRate = (ratePerSecond: number | null): void => {
      this.#ratePerSecond = ratePerSecond;
      this.#restartClock();
    };
    this.#controls = new Controls('source', { setRate, stop: true, changed }, carried?.controls);
    this.#reporter = new ProgressReporter('source', source.startedMs, source.totals, () => this.#controls.attention);
  }

  get carried(): CarriedSource {
    return {
      ratePerSecond: this.#ratePerSecond,
      sinceMs: this.#sinceMs,
      sinceRecord: this.#sinceRecord,
      controls: this.#controls.carried,
    };
  }

  get ratePerSecond(): number | null {
    return this.#ratePerSecond;
  }

  /** Waits while the source is paused. @returns false once it is stopped */
  async mayPublish(): Promise<boolean> {
    if (this.#controls.paused) {
      await this.#controls.untilResumed();
      this.#restartClock();
    }
    return !this.#controls.stopped;
  }

  /** How many records the next activity publishes: some seconds' worth, or `fullSpeed` if there is no rate. */
  rangeSize(fullSpeed: number): number {
    if (this.#ratePerSecond === null) return fullSpeed;
    return Math.max(1, Math.min(Math.round(this.#ratePerSecond * PACED_RANGE_SECONDS), 5 * fullSpeed));
  }

  /**
   * When the next record is due, counted from when the rate was last set, so that pauses between ranges do not add up;
   * empty if there is no rate.
   */
  due(): { readonly startedAtMs?: number } {
    if (this.#ratePerSecond === null) return {};
    const records = this.#source.next() - this.#sinceRecord;
    return { startedAtMs: Math.round(this.#sinceMs + (records / this.#ratePerSecond) * 1_000) };
  }

  async reportIfDue(): Promise<void> {
    await this.#reporter.reportIfDue();
  }

  async report(): Promise<void> {
    await this.#reporter.report();
  }

  /** Records that were not published during a pause or at the old rate are not caught up. */
  #restartClock(): void {
    this.#sinceMs = Date.now();
    this.#sinceRecord = this.#source.next();
  }
}
