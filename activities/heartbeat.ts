import { setImmediate } from 'node:timers/promises';
import { asyncLocalStorage, Context } from '@temporalio/activity';
import type { z } from 'zod';

/** Returns the details of the last heartbeat of an earlier attempt; null if there are none or the schema rejects them. */
export function lastHeartbeat<T>(schema: z.ZodType<T>): T | null {
  const { success, data } = schema.safeParse(Context.current().info.heartbeatDetails);
  return success ? data : null;
}

/** How often an activity of a run sends a heartbeat; one without end seldom, since a service bills each. */
const HEARTBEAT_MS = { bounded: 0, live: 8_000 } as const;

/** Returns a function that sends the details given as a heartbeat, unless the last one is young. */
export function pacedHeartbeat(isLive: boolean): (details: unknown) => void {
  const intervalMs = HEARTBEAT_MS[isLive ? 'live' : 'bounded'];
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
