import { join } from 'node:path';
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import type { DashboardTarget } from '../activities/dashboards/deploy-dashboards';
import { protectedConnection } from '../activities/elasticsearch/protected-connection';
import { HttpServer } from '../activities/http/http-server';
import { createKafkaGateway, type KafkaGateway } from '../activities/kafka';
import { addressesOf, type Config } from './config';
import { httpSecurityOf, kafkaServersOf } from './connections';

/** The clients of one process. Only Temporal retries: the clients' own retries are few or disabled. */
export interface Clients {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: ElasticsearchClient;
  close(): Promise<void>;
}

export function openClients(config: Config, clientId: string): Clients {
  const kafka = createKafkaGateway({ ...kafkaServersOf(config), clientId });
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
  return new ElasticsearchClient({
    node: addressesOf(config).elasticsearchNode,
    Connection: protectedConnection(httpSecurityOf(config, 'ELASTICSEARCH')),
    maxRetries: 0,
    requestTimeout: config.ELASTICSEARCH_TIMEOUT_MS,
  });
}

/** Returns the Kibana of the settings; null if they have none. */
export function dashboardTargetOf(config: Config): DashboardTarget | null {
  const { KIBANA_URL: url } = config;
  if (url === undefined) return null;
  const file = join(__dirname, '..', 'kibana', 'dashboards.ndjson');
  return { server: new HttpServer(url, httpSecurityOf(config, 'KIBANA')), file };
}

/** Returns the schema registry of the settings; null if they have none. */
export function schemaRegistryOf(config: Config): HttpServer | null {
  const { SCHEMA_REGISTRY_URL: url } = config;
  return url === undefined ? null : new HttpServer(url, httpSecurityOf(config, 'SCHEMA_REGISTRY'));
}
