import type { Config } from './config';

/** Where the servers of a process are: the given addresses, else those of the local stack. */
export interface Addresses {
  readonly temporal: string;
  readonly kafkaBrokers: readonly string[];
  readonly elasticsearchNode: string;
}

export function addressesOf(config: Config): Addresses {
  return {
    temporal: config.TEMPORAL_ADDRESS ?? `127.0.0.1:${config.TEMPORAL_PORT}`,
    kafkaBrokers: config.KAFKA_BROKERS ?? [`127.0.0.1:${config.KAFKA_PORT}`],
    elasticsearchNode: config.ELASTICSEARCH_NODE ?? `http://127.0.0.1:${config.ELASTICSEARCH_PORT}`,
  };
}
