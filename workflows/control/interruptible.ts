import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { conditionOrTimeout } from './condition-or-timeout';

/** Cancelling an activity that ends at the same moment is a conflict, for which a server repeats the workflow task. */
const GRACE_MS = 200;

/**
 * Runs an activity and cancels it when `isInterrupted` returns true.
 *
 * @returns null if it was cancelled and has no result
 * @throws CancelledFailure when the workflow is cancelled
 */
export async function unlessInterrupted<T>(work: () => Promise<T>, isInterrupted: () => boolean): Promise<T | null> {
  const scope = new CancellationScope();
  const waiting = new CancellationScope();
  let isRunning = true;
  const interruption = waiting.run(async () => {
    await condition(isInterrupted);
    await conditionOrTimeout(() => !isRunning, GRACE_MS);
    if (isRunning) scope.cancel();
  });
  interruption.catch(() => undefined);
  try {
    return await scope.run(work);
  } catch (error) {
    if (isCancellation(error) && scope.consideredCancelled && !CancellationScope.current().consideredCancelled)
      return null;
    throw error;
  } finally {
    isRunning = false;
    waiting.cancel();
  }
}
