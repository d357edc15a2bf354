import { condition } from '@temporalio/workflow';
import { conditionOrTimeout } from '../control/condition-or-timeout';

/**
 * Partitions of one topic that have been idle for long. One of them polls for all: each poll returns the ends of all
 * partitions, so the others wait without adding to the history. Otherwise each would add a hundred events per hour.
 */
export class IdlePartitions {
  #polling: string | null = null;

  /** Waits until `hasWork` returns true, or until it is this partition's turn to poll. */
  async wait(partition: string, hasWork: () => boolean, idleMs: number): Promise<void> {
    while (this.#polling !== null && this.#polling !== partition) {
      await condition(() => hasWork() || this.#polling === null);
      if (hasWork()) return;
    }
    this.#polling = partition;
    await conditionOrTimeout(hasWork, idleMs);
  }

  /** The partition is no longer idle: another one may poll. */
  leave(partition: string): void {
    if (this.#polling === partition) this.#polling = null;
  }
}
