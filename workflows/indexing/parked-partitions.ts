import { condition, log } from '@temporalio/workflow';
import { failuresThat } from '../../activities/contracts/failures';
import { FIRST_ATTEMPTS, shownFailure, type ShownFailure } from '../control/activity-failure';
import { conditionOrTimeout } from '../control/condition-or-timeout';
import { isHistoryFull } from '../control/continue-as-new';
import { attentionTo, skipCommand, type Attention, type StageName } from '../control/progress';

/** Delay before a partition is retried whose failure may disappear by itself. */
const RETRY_MS = 30_000;
/** For these, only an operator can end the failure, so that a retry some seconds later is of no use. */
const IMMEDIATE: ReadonlySet<string> = new Set(failuresThat('parks and tries again'));
/** Attempts of a partition that already fails: some minutes. */
const MORE_ATTEMPTS = 12;

interface Parked extends ShownFailure {
  readonly state: 'RETRYING' | 'PARKED';
}

/**
 * Partitions whose work fails: after three attempts each is shown as RETRYING and after some minutes as PARKED, and none of
 * its records is skipped.
 *
 * If the failure may disappear by itself, the work is retried; otherwise it waits for `resume` or `skip`.
 */
export class ParkedPartitions {
  readonly #parked = new Map<string, Parked>();
  #releases = 0;

  constructor(
    private readonly stage: StageName,
    /** Reports to the parent that the state of a partition has changed. */
    private readonly changed: () => Promise<void>,
  ) {}

  get attention(): readonly Attention[] {
    return [...this.#parked].map(([partition, { state, reason, readableFrom }]) => {
      const command = readableFrom === null ? undefined : skipCommand(partition, readableFrom);
      return attentionTo({ stage: this.stage, state, partition, reason }, command);
    });
  }

  /** Type of the failure of a partition that is parked or retried. */
  failureOf(partition: string): string | undefined {
    return this.#parked.get(partition)?.type;
  }

  /** Retries all parked partitions, on the command of an operator. */
  readonly release = (): void => {
    this.#releases += 1;
  };

  /**
   * Runs `work` for a partition, with that many attempts; if it fails, waits until it may be retried.
   *
   * @returns null after a failure
   * @throws CancelledFailure when the workflow is cancelled
   */
  async attempt<T>(partition: string, work: (maximumAttempts: number) => Promise<T>): Promise<T | null> {
    try {
      const done = await work(this.#parked.has(partition) ? MORE_ATTEMPTS : FIRST_ATTEMPTS);
      if (this.#parked.delete(partition)) {
        log.info('partition unparked', { stage: this.stage, partition });
        await this.changed();
      }
      return done;
    } catch (error) {
      await this.#park(partition, shownFailure(error));
      return null;
    }
  }

  async #park(partition: string, failure: ShownFailure): Promise<void> {
    const before = this.#releases;
    const hasMoreAttempts = !failure.isFinal && !this.#parked.has(partition) && !IMMEDIATE.has(failure.type);
    const state = hasMoreAttempts ? 'RETRYING' : 'PARKED';
    if (this.#parked.get(partition)?.state !== state) {
      log.warn('partition fails', { stage: this.stage, partition, state, ...failure });
    }
    this.#parked.set(partition, { ...failure, state });
    await this.changed();
    const isReleased = (): boolean => this.#releases !== before || isHistoryFull();
    if (failure.isFinal) await condition(isReleased);
    else if (!hasMoreAttempts) await conditionOrTimeout(isReleased, RETRY_MS);
  }
}
