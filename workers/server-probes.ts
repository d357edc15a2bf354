import { errors } from '@elastic/elasticsearch';
import { Connection } from '@temporalio/client';
import { servesClients } from '../activities/kafka';
import type { Config } from './config';
import { kafkaServersOf } from './connections';
import { openElasticsearch } from './clients';
import { temporalOptions } from './temporal-connection';

const REQUEST_TIMEOUT = 408;

/** Describes the namespace, which requires Temporal's frontend and database. @throws Error with the reason */
export async function probeTemporal(config: Config, signal: AbortSignal): Promise<void> {
  // Without interceptors no call is retried; the caller does that.
  const connection = Connection.lazy({ ...temporalOptions(config), interceptors: [] });
  try {
    const { TEMPORAL_NAMESPACE: namespace } = config;
    await connection.withAbortSignal(signal, () => connection.workflowService.describeNamespace({ namespace }));
  } finally {
    await connection.close();
  }
}

/** Requests the cluster metadata from one of the brokers. @throws Error with the reason */
export async function probeKafka(config: Config, signal: AbortSignal): Promise<void> {
  if (await servesClients(kafkaServersOf(config), signal)) return;
  throw new Error('Kafka answers, but no broker accepts clients yet');
}

/** Checks that the primary shards of all indices are active. @throws Error with the reason */
export async function probeElasticsearch(config: Config, signal: AbortSignal): Promise<void> {
  const elasticsearch = openElasticsearch(config);
  try {
    await elasticsearch.cluster.health({ wait_for_status: 'yellow', timeout: '1s' }, { signal });
  } catch (error) {
    if (!(error instanceof errors.ResponseError)) throw error;
    const { active_shards_percent_as_number: percent } = error.body as { active_shards_percent_as_number?: number };
    const { statusCode, message } = error;
    const isPartial = statusCode === REQUEST_TIMEOUT && percent !== undefined;
    const problem = isPartial
      ? `, but only ${percent.toFixed(1)} % of its shards are active yet`
      : ` with HTTP ${statusCode ?? 'without a status'}: ${message}`;
    throw new Error(`Elasticsearch answers${problem}`, { cause: error });
  } finally {
    await elasticsearch.close();
  }
}
