import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { addressesOf, type Config } from '../../workers/config';
import { localUrl } from '../../workers/http/endpoint-settings';
import { probePage } from '../../workers/page/page-probe';
import { probeElasticsearch, probeKafka, probeTemporal } from '../../workers/server-probes';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';

const POLL_MS = 250;
const PROBE_TIMEOUT_MS = 10_000;
const REPORT_INTERVAL_MS = 3000;

/** A server or page that clients connect to. */
export interface Endpoint {
  readonly name: string;
  /** Whether the stack runs it; otherwise it is external. */
  readonly managed: boolean;
  /** `host:port`, several separated by commas, or a URL. */
  readonly address: string;
  /** Checks whether it is ready; rejects with the reason if it is not. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

export type Endpoints = Readonly<Record<'temporal' | 'kafka' | 'elasticsearch' | 'page', Endpoint>>;

/** Returns the endpoints of the stack. @param clients - the settings with which they are probed */
export function endpointsOf(config: Config, clients = config): Endpoints {
  const { temporal, kafkaBrokers, elasticsearchNode } = addressesOf(clients);
  const page = localUrl(config, 'PAGE');
  type Probe = (config: Config, signal: AbortSignal) => Promise<void>;
  const endpoint = (name: string, setting: unknown, address: string, probe: Probe): Endpoint => {
    return { name, managed: setting === undefined, address, probe: (signal) => probe(clients, signal) };
  };
  return {
    temporal: endpoint('temporal', config.TEMPORAL_ADDRESS, temporal, probeTemporal),
    kafka: endpoint('kafka', config.KAFKA_BROKERS, kafkaBrokers.join(','), probeKafka),
    elasticsearch: endpoint('elasticsearch', config.ELASTICSEARCH_NODE, elasticsearchNode, probeElasticsearch),
    page: endpoint('page', undefined, page, (_, signal) => probePage(page, signal)),
  };
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
 * @param timeoutMs - maximum time without progress, that is, with the same reason; then a {@link StackError} is thrown
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
      const after = `${timeoutMs / 1000} s without progress`;
      throw new StackError(`${part} at ${address} is not ready after ${after}: ${reason}`);
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
