import { condition, log } from '@temporalio/workflow';
import { failuresThat } from '../../activities/contracts/failures';
import type { RefusedPartition } from '../../activities/indexing/lane';
import { FIRST_ATTEMPTS, shownFailure, type ShownFailure } from '../control/activity-failure';
import { conditionOrTimeout } from '../control/condition-or-timeout';
import { isHistoryFull } from '../control/continue-as-new';
import { attentionTo, skipCommand, type Attention, type StageName } from '../control/progress';

/** Delay before a lane is retried whose failure may disappear by itself. */
const RETRY_MS = 30_000;
/** For these, only an operator can end the failure, so that a retry some seconds later is of no use. */
const IMMEDIATE: ReadonlySet<string> = new Set(failuresThat('parks and tries again'));
/** Attempts of a lane that already fails: some minutes. */
const MORE_ATTEMPTS = 12;

interface FailingLane extends ShownFailure {
  readonly state: 'RETRYING' | 'PARKED';
}

/**
 * What of a topic is not indexed at present; none of its records is skipped.
 *
 * A lane that fails is shown as RETRYING after three attempts and as PARKED after some minutes. If the failure may disappear
 * by itself, the work is retried; otherwise it waits for `resume` or `skip`. A partition whose log cannot be read on parks
 * alone, and waits for the same.
 */
export class ParkedPartitions {
  /** By the partitions of the lane, as they are shown; null: all. */
  readonly #lanes = new Map<string | null, FailingLane>();
  readonly #refused = new Map<string, RefusedPartition>();
  #releases = 0;

  constructor(
    private readonly stage: StageName,
    /** Reports to the parent that something fails, or does so no longer. */
    private readonly changed: () => Promise<void>,
  ) {}

  get attention(): readonly Attention[] {
    const { stage } = this;
    const lanes = [...this.#lanes].map(([partition, { state, reason }]) =>
      attentionTo({ stage, state, partition, reason }),
    );
    const partitions = [...this.#refused.values()].map(({ partition, reason, readableFrom }) => {
      const command = readableFrom === null ? undefined : skipCommand(partition, readableFrom);
      return attentionTo({ stage, state: 'PARKED', partition, reason }, command);
    });
    return [...lanes, ...partitions];
  }

  /** Type of the failure of a partition that is parked alone. */
  refusalOf(partition: string): string | undefined {
    return this.#refused.get(partition)?.type;
  }

  /** Type of the failure of a lane that is parked or retried. */
  failureOf(lane: string | null): string | undefined {
    return this.#lanes.get(lane)?.type;
  }

  /** Tries again what is parked, on the command of an operator. */
  release(): void {
    this.#releases += 1;
    this.#refused.clear();
  }

  /** What a lane has told shows that it does not fail any more. */
  async works(lane: string | null): Promise<void> {
    if (!this.#lanes.delete(lane)) return;
    log.info('lane works again', { stage: this.stage, partitions: lane });
    await this.changed();
  }

  async refuse(refused: readonly RefusedPartition[]): Promise<void> {
    for (const each of refused) {
      log.warn('partition parked', { stage: this.stage, ...each });
      this.#refused.set(each.partition, each);
    }
    await this.changed();
  }

  /**
   * Runs `work` for a lane, with that many attempts; if it fails, waits until it may be retried. Work that was interrupted
   * returns null, which says nothing of a failure.
   *
   * @returns null after a failure, too
   * @throws CancelledFailure when the workflow is cancelled
   */
  async attempt<T>(
    lane: string | null,
    taskQueue: string,
    work: (maximumAttempts: number) => Promise<T | null>,
  ): Promise<T | null> {
    try {
      const done = await work(this.#lanes.has(lane) ? MORE_ATTEMPTS : FIRST_ATTEMPTS);
      if (done !== null) await this.works(lane);
      return done;
    } catch (error) {
      await this.#park(lane, shownFailure(error, taskQueue));
      return null;
    }
  }

  async #park(lane: string | null, failure: ShownFailure): Promise<void> {
    const before = this.#releases;
    const hasMoreAttempts = !failure.isFinal && !this.#lanes.has(lane) && !IMMEDIATE.has(failure.type);
    const state = hasMoreAttempts ? 'RETRYING' : 'PARKED';
    if (this.#lanes.get(lane)?.state !== state) {
      log.warn('lane fails', { stage: this.stage, partitions: lane, state, ...failure });
    }
    this.#lanes.set(lane, { ...failure, state });
    await this.changed();
    const isReleased = (): boolean => this.#releases !== before || isHistoryFull();
    if (failure.isFinal) await condition(isReleased);
    else if (!hasMoreAttempts) await conditionOrTimeout(isReleased, RETRY_MS);
  }
}
