import { ActivityFailure, ApplicationFailure, condition, isCancellation } from '@temporalio/workflow';
import { shortReason, updateCommand } from '../control/attention';
import type { Attention, StageName } from '../control/progress';
import { conditionOrTimeout } from '../control/condition-or-timeout';

/** A fault that a person or time may mend without a word to us is tried again after so long. */
const RETRY_MS = 30_000;

/** Faults that stay until a person decides: going on would lose or repeat records, or bury too many. */
const WAITING_FOR_A_PERSON: ReadonlySet<string> = new Set(['OffsetOutOfRange', 'TopicRecreated', 'DeadLetterFlood']);

interface Parked {
  readonly type: string;
  readonly reason: string;
}

/**
 * Partitions whose work failed for good: each is shown as PARKED and nothing of it is passed over.
 *
 * Where the fault may mend by itself, the work is tried again and again; else it waits for `resume` or `skip`.
 */
export class ParkedPartitions {
  readonly #parked = new Map<string, Parked>();
  #releases = 0;

  constructor(
    private readonly stage: StageName,
    private readonly owner: {
      /** Tells the parent that a partition stands otherwise than before. */
      readonly changed: () => Promise<void>;
      /** Whether to wait no longer, since a new execution is to begin. */
      readonly giveUp: () => boolean;
    },
  ) {}

  get attention(): readonly Attention[] {
    return [...this.#parked].map(([partition, { type, reason }]) => ({
      stage: this.stage,
      state: 'PARKED',
      partition,
      reason: shortReason(`${type}: ${reason}`),
      command: updateCommand('resume'),
    }));
  }

  /** Type of the fault for which a partition is parked. */
  faultOf(partition: string): string | undefined {
    return this.#parked.get(partition)?.type;
  }

  /** A person says that all parked partitions are to be tried again. */
  release(): void {
    this.#releases += 1;
  }

  /**
   * Does `work` for a partition; when it fails, parks the partition until it is to be tried again.
   *
   * @returns null after a failure
   * @throws CancelledFailure when the workflow is cancelled
   */
  async attempt<T>(partition: string, work: () => Promise<T>): Promise<T | null> {
    try {
      const done = await work();
      if (this.#parked.delete(partition)) await this.owner.changed();
      return done;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      await this.#park(partition, faultOf(error));
      return null;
    }
  }

  async #park(partition: string, fault: Parked): Promise<void> {
    const before = this.#releases;
    this.#parked.set(partition, fault);
    await this.owner.changed();
    const released = (): boolean => this.#releases !== before || this.owner.giveUp();
    if (WAITING_FOR_A_PERSON.has(fault.type)) await condition(released);
    else await conditionOrTimeout(released, RETRY_MS);
  }
}

function faultOf({ cause, message }: ActivityFailure): Parked {
  const type = cause instanceof ApplicationFailure ? (cause.type ?? cause.name) : (cause?.name ?? 'ActivityFailure');
  return { type, reason: cause?.message ?? message };
}
