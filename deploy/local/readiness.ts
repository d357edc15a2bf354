import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import type { Reachable } from './servers/server';
import type { OnStackEvent } from './stack-event';
import { StackError } from './stack-error';

const POLL_MS = 250;
const PROBE_TIMEOUT_MS = 10_000;
const TELL_EVERY_MS = 3000;

/** One question to a server. @returns why it cannot serve, undefined when it can */
export async function whyNotReady({ probe }: Reachable, signal?: AbortSignal): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    await probe(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
    return undefined;
  } catch (error) {
    if (timeout.aborted) return `no answer within ${PROBE_TIMEOUT_MS} ms`;
    return innermost(error);
  }
}

/**
 * Waits until a server can serve, and tells every few seconds that it waits.
 *
 * @throws {@link StackError} when the reason has been the same for `patienceMs`: a server that gets on is waited for
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function untilReady(
  server: Reachable,
  { patienceMs, onEvent, signal }: { patienceMs: number; onEvent: OnStackEvent; signal: AbortSignal },
): Promise<void> {
  const { name: part, address } = server;
  const began = performance.now();
  let before: { readonly reason: string; readonly sinceMs: number } | undefined;
  for (let toldAt = 0; ;) {
    const reason = await whyNotReady(server, signal);
    signal.throwIfAborted();
    const waitedMs = performance.now() - began;
    if (reason === undefined) {
      onEvent({ kind: 'ready', part, address, waitedMs });
      return;
    }
    if (reason !== before?.reason) before = { reason, sinceMs: waitedMs };
    if (waitedMs - before.sinceMs > patienceMs) {
      throw new StackError(
        `${part} at ${address} is not ready, and has not got on for ${patienceMs / 1000} s: ${reason}`,
      );
    }
    if (waitedMs - toldAt >= TELL_EVERY_MS) {
      toldAt = waitedMs;
      onEvent({ kind: 'waiting', part, address, waitedMs, reason });
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** `fetch failed` or a cancelled stream say nothing: what caused them does. */
function innermost(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return isNativeError(error.cause) ? innermost(error.cause) : error.message || error.name;
}
