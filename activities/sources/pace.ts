import { Context } from '@temporalio/activity';

/** A wait is cut into steps of this, so that heartbeats go on. */
const MAX_SLEEP_MS = 2_000;
const BATCHES_PER_SECOND = 5;

/** Holds publishing to a rate by due times, so that a late batch does not delay those after it. */
export class Pace {
  /**
   * @param startMs - epoch ms at which the record of position `first` is due
   * @param ratePerSecond - null: everything is due at once
   */
  constructor(
    private readonly ratePerSecond: number | null,
    private readonly startMs: number,
    private readonly first: number,
  ) {}

  /** At most `most`, and so few that a paced batch spans no more than a fifth of a second. */
  batchSize(most: number): number {
    if (this.ratePerSecond === null) return most;
    return Math.min(most, Math.max(1, Math.floor(this.ratePerSecond / BATCHES_PER_SECOND)));
  }

  /**
   * Waits until the record at `position` is due.
   *
   * @param beat - called again and again meanwhile
   * @throws CancelledFailure when the activity is cancelled meanwhile
   */
  async due(position: number, beat: () => void): Promise<void> {
    if (this.ratePerSecond === null) return;
    const dueMs = this.startMs + ((position - this.first) / this.ratePerSecond) * 1_000;
    for (let leftMs = dueMs - Date.now(); leftMs > 0; leftMs = dueMs - Date.now()) {
      await Context.current().sleep(Math.ceil(Math.min(leftMs, MAX_SLEEP_MS)));
      beat();
    }
  }
}
