import { CancellationScope, condition, sleep } from '@temporalio/workflow';

/**
 * Waits until `holds` returns true, but no longer than `timeoutMs`.
 *
 * The timer is not cancelled: cancelling one that fires at the same moment is a conflict, for which a server repeats the
 * whole workflow task, and the time-skipping server loses it.
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
