import { ActivityFailure, ApplicationFailure, condition, isCancellation, log } from '@temporalio/workflow';
import { failuresThat } from '../../activities/contracts/failures';
import { conditionOrTimeout } from '../control/condition-or-timeout';
import { isHistoryFull } from '../control/continue-as-new';
import { attentionTo, type Attention, type StageName } from '../control/progress';

/** Delay before a partition is retried whose failure may disappear by itself. */
const RETRY_MS = 30_000;
/** For these, continuing would lose or repeat records, or make too many of them dead letters. */
const UNTIL_RESUMED: ReadonlySet<string> = new Set(failuresThat('parks until `resume`'));

interface Parked {
  readonly type: string;
  readonly reason: string;
}

/**
 * Partitions whose work failed after all retries: each is shown as PARKED, and none of its records is skipped.
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
    return [...this.#parked].map(([partition, { type, reason }]) =>
      attentionTo({ stage: this.stage, state: 'PARKED', partition, reason: `${type}: ${reason}` }),
    );
  }

  /** Type of the failure for which a partition is parked. */
  failureOf(partition: string): string | undefined {
    return this.#parked.get(partition)?.type;
  }

  /** Retries all parked partitions, on the command of an operator. */
  readonly release = (): void => {
    this.#releases += 1;
  };

  /**
   * Runs `work` for a partition; if it fails, parks the partition until it may be retried.
   *
   * @returns null after a failure
   * @throws CancelledFailure when the workflow is cancelled
   */
  async attempt<T>(partition: string, work: () => Promise<T>): Promise<T | null> {
    try {
      const done = await work();
      if (this.#parked.delete(partition)) {
        log.info('partition unparked', { stage: this.stage, partition });
        await this.changed();
      }
      return done;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      await this.#park(partition, failureOf(error));
      return null;
    }
  }

  async #park(partition: string, failure: Parked): Promise<void> {
    const before = this.#releases;
    if (!this.#parked.has(partition)) log.warn('partition parked', { stage: this.stage, partition, ...failure });
    this.#parked.set(partition, failure);
    await this.changed();
    const isReleased = (): boolean => this.#releases !== before || isHistoryFull();
    if (UNTIL_RESUMED.has(failure.type)) await condition(isReleased);
    else await conditionOrTimeout(isReleased, RETRY_MS);
  }
}

function failureOf({ cause, message }: ActivityFailure): Parked {
  const type = cause instanceof ApplicationFailure ? (cause.type ?? cause.name) : (cause?.name ?? 'ActivityFailure');
  return { type, reason: cause?.message ?? message };
}
