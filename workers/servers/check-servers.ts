import { dashboardTargetOf, schemaRegistryOf } from '../clients';
import type { Config } from '../config';
import type { PipelineRights } from '../rights/pipeline-rights';
import { checkElasticsearch } from './check-elasticsearch';
import { checkHttpServer } from './check-http-server';
import { checkKafka } from './check-kafka';
import { checkTemporal } from './check-temporal';
import type { ServerCheck } from './server-check';

const TIMEOUT_MS = 15_000;

/**
 * Asks every server of the settings, all at once, and never rejects.
 *
 * @param pipelines - whose rights in Kafka and Elasticsearch are checked, too
 */
export async function checkServers(
  config: Config,
  pipelines: readonly PipelineRights[],
): Promise<readonly ServerCheck[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const kibana = dashboardTargetOf(config)?.server;
  const registry = schemaRegistryOf(config);
  return await Promise.all([
    checkTemporal(config, signal),
    checkKafka(config, pipelines, signal),
    checkElasticsearch(config, pipelines, signal),
    ...(kibana === undefined ? [] : [checkHttpServer('Kibana', kibana, signal)]),
    ...(registry === null ? [] : [checkHttpServer('schema registry', registry, signal)]),
  ]);
}

/** Formats checks for people, one line for each fact or problem of a server. */
export function serverLines(checks: readonly ServerCheck[]): string[] {
  return checks.flatMap(({ server, address, facts, problems }) => [
    ...(facts.length === 0 ? [] : [`${server} at ${address}: ${facts.join('; ')}`]),
    ...problems.map((problem) => `✖ ${server} at ${address}: ${problem}`),
  ]);
}
