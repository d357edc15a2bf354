import type { Client } from '@elastic/elasticsearch';
import { elasticsearchFailure } from '../../activities/elasticsearch/elasticsearch-failure';
import { openElasticsearch } from '../clients';
import { addressesOf, type Config } from '../config';
import { elasticsearchRoles, type PipelineRights } from '../rights/pipeline-rights';
import { clockFact } from './clock-skew';
import { sentenceOf, type ServerCheck, ServerProblem, ServerQuestions } from './server-check';

/** @param pipelines - whose rights are checked; without any, those that are for no pipeline alone */
export async function checkElasticsearch(
  config: Config,
  pipelines: readonly PipelineRights[],
  signal: AbortSignal,
): Promise<ServerCheck> {
  const elasticsearch = openElasticsearch(config);
  const describe = (error: unknown): string =>
    sentenceOf(error) ?? elasticsearchFailure(error, 'Asking for its state').message;
  const questions = new ServerQuestions(signal, describe);
  try {
    const answers = await questions.ask(async () => [await healthOf(elasticsearch, signal)]);
    // Who may not ask for the health may still learn which rights are missing.
    if (hasUser(config)) await questions.ask(async () => [await rightsOf(elasticsearch, pipelines, signal)]);
    if (answers) await questions.ask(async () => [await clockOf(elasticsearch, signal)]);
  } finally {
    await elasticsearch.close();
  }
  return questions.check('Elasticsearch', addressesOf(config).elasticsearchNode);
}

async function healthOf(elasticsearch: Client, signal: AbortSignal): Promise<string> {
  const { status, unassigned_primary_shards: missing } = await elasticsearch.cluster.health({}, { signal });
  if (status !== 'red') return `answers, status ${status}`;
  throw new ServerProblem(
    `Its status is red: ${missing} primary shards are not active, and work on their indices waits for them.`,
  );
}

function hasUser(config: Config): boolean {
  return Object.entries(config).some(
    ([name, value]) =>
      /^ELASTICSEARCH_(API_KEY|BEARER_TOKEN|USERNAME|CLIENT_CERTIFICATE)/.test(name) && value !== undefined,
  );
}

/** @throws {@link ServerProblem} naming every privilege of a worker that the user lacks */
async function rightsOf(
  elasticsearch: Client,
  pipelines: readonly PipelineRights[],
  signal: AbortSignal,
): Promise<string> {
  const { cluster, indices } = elasticsearchRoles(pipelines).worker;
  const wanted = pipelines.length === 0 ? [] : indices.map(({ names, privileges }) => ({ names, privileges }));
  const body = { cluster, index: wanted };
  const { username, ...has } = await elasticsearch.security.hasPrivileges(body as object, { signal });
  const missing = [
    ...lacking(has.cluster).map((privilege) => `the cluster privilege ${privilege}`),
    ...Object.entries(has.index).flatMap(([names, privileges]) =>
      lacking(privileges).map((privilege) => `the index privilege ${privilege} on ${names}`),
    ),
  ];
  if (missing.length === 0) return `user ${username} has the privileges of a worker`;
  throw new ServerProblem(
    `User ${username} lacks ${missing.join(', ')}. \`npm run rights -- NAME\` prints the roles that have them.`,
  );
}

function lacking(privileges: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(privileges).flatMap(([privilege, isThere]) => (isThere ? [] : [privilege]));
}

async function clockOf(elasticsearch: Client, signal: AbortSignal): Promise<string> {
  const sentMs = Date.now();
  const request = { node_id: '_local', metric: 'os', filter_path: 'nodes.*.timestamp' };
  const { nodes } = await elasticsearch.nodes.stats(request, { signal });
  const [node] = Object.values(nodes) as readonly { readonly timestamp?: number }[];
  if (node?.timestamp === undefined) return 'its clock is not known';
  return clockFact({ sentMs, serverMs: node.timestamp, receivedMs: Date.now() });
}
