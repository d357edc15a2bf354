import { setImmediate } from 'node:timers/promises';
import { asyncLocalStorage, Context } from '@temporalio/activity';
import type { z } from 'zod';

/** Returns the details of the last heartbeat of an earlier attempt; null if there are none or the schema rejects them. */
export function lastHeartbeat<T>(schema: z.ZodType<T>): T | null {
  const { success, data } = schema.safeParse(Context.current().info.heartbeatDetails);
  return success ? data : null;
}

/** Without end, heartbeats are rare, since a service bills each one. A checkpoint says what is done again after a death. */
export const LIVE_HEARTBEAT_MS = { ofCheckpoint: 8_000, ofWatch: 20_000 } as const;

/** Returns a function that sends the details given as a heartbeat, unless the last one is younger than that. */
export function pacedHeartbeat(intervalMs: number): (details?: unknown) => void {
  let sentMs = Date.now();
  return (details) => {
    const nowMs = Date.now();
    if (nowMs - sentMs < intervalMs) return;
    sentMs = nowMs;
    Context.current().heartbeat(details);
  };
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
