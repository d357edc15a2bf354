import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { addressesOf, type Config } from '../../workers/config';
import { probeElasticsearch, probeKafka, probeTemporal } from '../../workers/server-probes';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';

const POLL_MS = 250;
const PROBE_TIMEOUT_MS = 10_000;
const REPORT_INTERVAL_MS = 3000;

/** A server or page that clients connect to, managed or external. */
export interface Endpoint {
  readonly name: string;
  /** `host:port`, several separated by commas, or a URL. */
  readonly address: string;
  /** Checks whether it is ready; rejects with the reason if it is not. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

/** An endpoint of the stack; a server that is not managed is external. */
interface StackEndpoint extends Endpoint {
  readonly managed: boolean;
}

export function temporalEndpoint(config: Config): StackEndpoint {
  const { temporal: address } = addressesOf(config);
  const managed = config.TEMPORAL_ADDRESS === undefined;
  return { name: 'temporal', managed, address, probe: (signal) => probeTemporal(config, signal) };
}

export function kafkaEndpoint(config: Config): StackEndpoint {
  const address = addressesOf(config).kafkaBrokers.join(',');
  const managed = config.KAFKA_BROKERS === undefined;
  return { name: 'kafka', managed, address, probe: (signal) => probeKafka(config, signal) };
}

export function elasticsearchEndpoint(config: Config): StackEndpoint {
  const { elasticsearchNode: address } = addressesOf(config);
  const managed = config.ELASTICSEARCH_NODE === undefined;
  return { name: 'elasticsearch', managed, address, probe: (signal) => probeElasticsearch(config, signal) };
}

export function pageEndpoint({ PAGE_PORT }: Config): StackEndpoint {
  const address = `http://127.0.0.1:${PAGE_PORT}/`;
  return { name: 'page', managed: true, address, probe: (signal) => probePage(address, signal) };
}

async function probePage(address: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(address, { signal });
  const body = await response.text();
  if (!response.ok || !body.includes('<title>Streaming pipeline')) throw new Error(`${address} is not the page`);
}

/** Probes an endpoint once. @returns why it is not ready, undefined if it is */
export async function whyNotReady({ probe }: Endpoint, signal?: AbortSignal): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    await probe(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
    return undefined;
  } catch (error) {
    return timeout.aborted ? `no answer within ${PROBE_TIMEOUT_MS} ms` : rootCause(error);
  }
}

/**
 * Waits until an endpoint is ready and reports every few seconds.
 *
 * @param timeoutMs - maximum time without progress, that is, with the same reason
 * @throws {@link StackError} after that time
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function untilReady(
  endpoint: Endpoint,
  { timeoutMs, onEvent, signal }: { timeoutMs: number; onEvent: OnStackEvent; signal: AbortSignal },
): Promise<void> {
  const { name: part, address } = endpoint;
  const startedAt = performance.now();
  let latest: { readonly reason: string; readonly sinceMs: number } | undefined;
  for (let reportedAt = 0; ;) {
    const reason = await whyNotReady(endpoint, signal);
    signal.throwIfAborted();
    const waitedMs = performance.now() - startedAt;
    if (reason === undefined) {
      onEvent({ kind: 'ready', part, address, waitedMs });
      return;
    }
    if (reason !== latest?.reason) latest = { reason, sinceMs: waitedMs };
    if (waitedMs - latest.sinceMs > timeoutMs) {
      throw new StackError(
        `${part} at ${address} is not ready after ${timeoutMs / 1000} s without progress: ${reason}`,
      );
    }
    if (waitedMs - reportedAt >= REPORT_INTERVAL_MS) {
      reportedAt = waitedMs;
      onEvent({ kind: 'waiting', part, address, waitedMs, reason });
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** `fetch failed` or a cancelled stream explain nothing; their cause does. */
function rootCause(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return isNativeError(error.cause) ? rootCause(error.cause) : error.message || error.name;
}
