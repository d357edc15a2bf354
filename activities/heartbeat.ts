import { setImmediate } from 'node:timers/promises';
import { asyncLocalStorage, Context } from '@temporalio/activity';
import type { z } from 'zod';

/** Returns the details of the last heartbeat of an earlier attempt; null if there are none or the schema rejects them. */
export function lastHeartbeat<T>(schema: z.ZodType<T>): T | null {
  const { success, data } = schema.safeParse(Context.current().info.heartbeatDetails);
  return success ? data : null;
}

/**
 * Lets other work of this process run between two steps of a loop; outside an activity it does no more.
 *
 * @throws CancelledFailure when the activity was cancelled, timed out, or its worker shuts down
 */
export async function yieldToEventLoop(): Promise<void> {
  await setImmediate();
  const activity = asyncLocalStorage.getStore();
  if (activity?.cancellationSignal.aborted === true) await activity.cancelled;
}
