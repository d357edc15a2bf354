import { join } from 'node:path';
import { Client as ElasticsearchClient, HttpConnection } from '@elastic/elasticsearch';
import type { DashboardTarget } from '../activities/dashboards/deploy-dashboards';
import { createKafkaGateway, type KafkaGateway } from '../activities/kafka';
import { addressesOf, authorizationOf, type Config } from './config';

/** The clients of one process. Only Temporal retries: the clients' own retries are few or disabled. */
export interface Clients {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: ElasticsearchClient;
  close(): Promise<void>;
}

export function openClients(config: Config, clientId: string): Clients {
  const kafka = createKafkaGateway({ brokers: addressesOf(config).kafkaBrokers, clientId });
  const elasticsearch = openElasticsearch(config);
  return {
    kafka,
    elasticsearch,
    close: async () => {
      await Promise.allSettled([kafka.close(), elasticsearch.close()]);
    },
  };
}

export function openElasticsearch(config: Config): ElasticsearchClient {
  const authorization = authorizationOf(config, 'ELASTICSEARCH');
  return new ElasticsearchClient({
    node: addressesOf(config).elasticsearchNode,
    Connection: HttpConnection,
    maxRetries: 0,
    requestTimeout: config.ELASTICSEARCH_TIMEOUT_MS,
    ...(authorization !== undefined && { headers: { authorization } }),
  });
}

/** Returns the Kibana of the settings; null if they have none. */
export function dashboardTargetOf(config: Config): DashboardTarget | null {
  const { KIBANA_URL: url } = config;
  if (url === undefined) return null;
  const file = join(__dirname, '..', 'kibana', 'dashboards.ndjson');
  return { url, authorization: authorizationOf(config, 'KIBANA') ?? null, file };
}
