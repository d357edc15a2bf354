import { Client as ElasticsearchClient, HttpConnection } from '@elastic/elasticsearch';
import { createKafkaGateway, type KafkaGateway } from '../activities/kafka';
import { addressesOf, authorizationOf, type Config } from './config';

/** The clients of one process; Temporal's retries are the one retry layer, so the clients' own stay low. */
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
