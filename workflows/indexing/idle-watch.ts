import { condition } from '@temporalio/workflow';
import { conditionOrTimeout } from '../control/condition-or-timeout';

/**
 * Partitions of one topic that have long been idle: one of them is looked at now and then, and since such a look tells
 * the ends of all, the others wait for free. Without it each would cost some hundred history events an hour.
 */
export class IdlePartitions {
  #scout: string | null = null;

  /** Waits until something is `wanted` of the partition, or it is this partition's turn to be looked at. */
  async wait(partition: string, wanted: () => boolean, idleMs: number): Promise<void> {
    while (this.#scout !== null && this.#scout !== partition) {
      await condition(() => wanted() || this.#scout === null);
      if (wanted()) return;
    }
    this.#scout = partition;
    await conditionOrTimeout(wanted, idleMs);
  }

  /** The partition is idle no longer: another one may be looked at. */
  leave(partition: string): void {
    if (this.#scout === partition) this.#scout = null;
  }
}
