import { condition } from '@temporalio/workflow';
import { conditionOrTimeout } from '../control/condition-or-timeout';

/**
 * Partitions of one topic that have been idle for long. One of them polls for all: each look returns the ends of all
 * partitions, so the others wait without adding to the history. Otherwise each would cost a hundred events an hour.
 */
export class IdlePartitions {
  #polling: string | null = null;

  /** Waits until the partition is `wanted`, or until it is this partition's turn to poll. */
  async wait(partition: string, wanted: () => boolean, idleMs: number): Promise<void> {
    while (this.#polling !== null && this.#polling !== partition) {
      await condition(() => wanted() || this.#polling === null);
      if (wanted()) return;
    }
    this.#polling = partition;
    await conditionOrTimeout(wanted, idleMs);
  }

  /** The partition is not idle any more: another one may poll. */
  leave(partition: string): void {
    if (this.#polling === partition) this.#polling = null;
  }
}
