import { Context } from '@temporalio/activity';

/** Longest sleep between two heartbeats. */
const MAX_SLEEP_MS = 2_000;
const BATCHES_PER_SECOND = 5;

/** Limits publishing to a rate by due times, so that a late batch does not delay later ones. */
export class Pace {
  readonly #startMs: number;
  readonly #first: number;

  /**
   * @param ratePerSecond - null: no limit
   * @param range - `startedAtMs` is the epoch ms at which the record at `from` is due; without it, the record at `next`,
   *   where this attempt starts, is due now
   */
  constructor(
    private readonly ratePerSecond: number | null,
    range: { readonly startedAtMs: number | undefined; readonly from: number; readonly next: number },
  ) {
    this.#startMs = range.startedAtMs ?? Date.now();
    this.#first = range.startedAtMs === undefined ? range.next : range.from;
  }

  /** At most `max`, and few enough that a batch takes at most a fifth of a second at this rate. */
  batchSize(max: number): number {
    if (this.ratePerSecond === null) return max;
    return Math.min(max, Math.max(1, Math.floor(this.ratePerSecond / BATCHES_PER_SECOND)));
  }

  /**
   * Waits until the record at `position` is due.
   *
   * @param heartbeat - called repeatedly while waiting
   * @throws CancelledFailure when the activity is cancelled
   */
  async due(position: number, heartbeat: () => void): Promise<void> {
    if (this.ratePerSecond === null) return;
    const dueMs = this.#startMs + ((position - this.#first) / this.ratePerSecond) * 1_000;
    for (let leftMs = dueMs - Date.now(); leftMs > 0; leftMs = dueMs - Date.now()) {
      await Context.current().sleep(Math.ceil(Math.min(leftMs, MAX_SLEEP_MS)));
      heartbeat();
    }
  }
}
