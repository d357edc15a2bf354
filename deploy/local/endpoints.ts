import { addressesOf, type Config } from '../../workers/config';
import { probeElasticsearch, probeKafka, probeTemporal } from '../../workers/server-probes';
import type { Endpoint } from './service';

export function temporalEndpoint(config: Config): Endpoint {
  const { temporal } = addressesOf(config);
  return { name: 'temporal', address: temporal, probe: (signal) => probeTemporal(config, signal) };
}

export function kafkaEndpoint(config: Config): Endpoint {
  const { kafkaBrokers } = addressesOf(config);
  return { name: 'kafka', address: kafkaBrokers.join(','), probe: (signal) => probeKafka(config, signal) };
}

export function elasticsearchEndpoint(config: Config): Endpoint {
  const { elasticsearchNode } = addressesOf(config);
  return { name: 'elasticsearch', address: elasticsearchNode, probe: (signal) => probeElasticsearch(config, signal) };
}

export function pageEndpoint({ PAGE_PORT }: Config): Endpoint {
  const address = `http://127.0.0.1:${PAGE_PORT}/`;
  return { name: 'page', address, probe: (signal) => probePage(address, signal) };
}

async function probePage(address: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(address, { signal });
  const body = await response.text();
  if (!response.ok || !body.includes('<title>Streaming pipeline')) throw new Error(`${address} is not the page`);
}
