import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import type { Endpoint } from './service';
import type { OnStackEvent } from './stack-event';
import { StackError } from './stack-error';

const POLL_MS = 250;
const PROBE_TIMEOUT_MS = 10_000;
const REPORT_EVERY_MS = 3000;

/** Asks a server once. @returns why it cannot serve, undefined when it can */
export async function whyNotReady({ probe }: Endpoint, signal?: AbortSignal): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    await probe(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
    return undefined;
  } catch (error) {
    return timeout.aborted ? `no answer within ${PROBE_TIMEOUT_MS} ms` : innermost(error);
  }
}

/**
 * Waits until a server can serve, and reports every few seconds that it waits.
 *
 * @throws {@link StackError} when the reason has been the same for `timeoutMs`: progress is waited for
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function untilReady(
  endpoint: Endpoint,
  { timeoutMs, onEvent, signal }: { timeoutMs: number; onEvent: OnStackEvent; signal: AbortSignal },
): Promise<void> {
  const { name: part, address } = endpoint;
  const began = performance.now();
  let latest: { readonly reason: string; readonly sinceMs: number } | undefined;
  for (let reportedAt = 0; ;) {
    const reason = await whyNotReady(endpoint, signal);
    signal.throwIfAborted();
    const waitedMs = performance.now() - began;
    if (reason === undefined) {
      onEvent({ kind: 'ready', part, address, waitedMs });
      return;
    }
    if (reason !== latest?.reason) latest = { reason, sinceMs: waitedMs };
    if (waitedMs - latest.sinceMs > timeoutMs) {
      throw new StackError(
        `${part} at ${address} is not ready and has made no progress for ${timeoutMs / 1000} s: ${reason}`,
      );
    }
    if (waitedMs - reportedAt >= REPORT_EVERY_MS) {
      reportedAt = waitedMs;
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
