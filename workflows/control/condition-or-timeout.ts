import { CancellationScope, condition, sleep } from '@temporalio/workflow';

/**
 * Waits until `holds` does, but no longer than `timeoutMs`.
 *
 * Its timer is left to run out: to cancel one that fires in the same moment is a conflict, which a server answers by
 * having the whole workflow task done again, and the time-skipping one by losing it.
 *
 * @throws CancelledFailure when the workflow is cancelled
 */
export async function conditionOrTimeout(holds: () => boolean, timeoutMs: number): Promise<void> {
  const timer = CancellationScope.nonCancellable(() => sleep(timeoutMs));
  const waiting = new CancellationScope();
  try {
    await Promise.race([waiting.run(() => condition(holds)), timer]);
  } finally {
    waiting.cancel();
  }
}
