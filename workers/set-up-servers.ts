/**
 * Prepares new servers for one pipeline: namespace, users and rights, topics and indices.
 *
 *     node --import tsx workers/set-up-servers.ts NAME FOLDER
 *
 * In the folder are the passwords of Kibana, worker and Logstash, as `<name>.password`. The settings are those of an
 * administrator of each server. Idempotent.
 *
 * @module
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { grantRights } from '../activities/kafka';
import { parseInput } from '../activities/preparation/parse-input';
import { prepareIndices } from '../activities/preparation/prepare-indices';
import { prepareTopics } from '../activities/preparation/prepare-topics';
import { type Clients, openClients } from './clients';
import { type Config, loadConfig } from './config';
import { kafkaServersOf } from './connections';
import { reasonOf } from './reason-of';
import { grantWorkerRights } from './rights/grant-worker-rights';
import { logstashKafkaRights, logstashRole } from './rights/logstash-rights';
import { elasticsearchRoles, type ElasticsearchRole, roleName } from './rights/pipeline-rights';
import { readText } from './secrets';
import { temporalOptions } from './temporal-connection';

const RETRY_MS = 1_000;
const NAMESPACE_POLL_MS = 500;
/** How long closed workflows are kept. */
const NAMESPACE_RETENTION = '7 days';
const HTTP_NOT_FOUND = 404;
/** gRPC status codes. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

async function main([, , name = 'demo', folder = '.']: readonly string[]): Promise<void> {
  const config = loadConfig();
  const clients = openClients(config, 'set-up');
  const temporal = await Connection.connect(temporalOptions(config));
  const passwordOf = (user: string): string => readText(join(folder, `${user}.password`), user).trim();
  try {
    await setUpNamespace(temporal, config.TEMPORAL_NAMESPACE);
    await setUpUsers(clients.elasticsearch, name, passwordOf);
    await grantWorkerRights(config, [{ name }]);
    await grantRights(kafkaServersOf(config), 'logstash', logstashKafkaRights(name));
    await setUpPipeline(config, clients, name);
  } finally {
    await clients.close();
    await temporal.close();
  }
  console.log(`namespace ${config.TEMPORAL_NAMESPACE}, users, and topics and indices of ${name} are ready`);
}

/** Registers a namespace if it does not exist, and returns when workers can use it. Idempotent. */
export async function setUpNamespace({ workflowService }: Connection, namespace: string): Promise<void> {
  const request = { namespace, workflowExecutionRetentionPeriod: msToTs(NAMESPACE_RETENTION) };
  await succeedsUnless(ALREADY_EXISTS, workflowService.registerNamespace(request));
  const isKnown = () => succeedsUnless(NOT_FOUND, workflowService.countWorkflowExecutions({ namespace }));
  // A server learns of a new namespace only at its next refresh.
  while (!(await isKnown())) await sleep(NAMESPACE_POLL_MS);
}

/** @returns false if the call fails with that gRPC status */
async function succeedsUnless(status: number, call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && (error.code as number) === status) return false;
    throw error;
  }
}

/**
 * Creates the users `worker` and `logstash`, who may do in Elasticsearch what they need for one pipeline, and sets their
 * and Kibana's password. They keep what they may do for other pipelines. Idempotent.
 */
export async function setUpUsers(
  { security }: ElasticsearchClient,
  pipeline: string,
  passwordOf: (user: string) => string,
): Promise<void> {
  await security.changePassword({ username: 'kibana_system', password: passwordOf('kibana') });
  const { worker, retention } = elasticsearchRoles([{ name: pipeline }]);
  const users = { worker: { worker, retention }, logstash: { logstash: logstashRole(pipeline) } };
  for (const [username, roles] of Object.entries(users)) {
    const names = Object.keys(roles).map((role) => roleName(pipeline, role));
    for (const [role, { cluster, indices }] of Object.entries<ElasticsearchRole>(roles)) {
      const own = indices.map(({ names, privileges }) => ({ names: [...names], privileges: [...privileges] }));
      await security.putRole({ name: roleName(pipeline, role), cluster: [...cluster], indices: own });
    }
    const earlier = await rolesOf(security, username);
    await security.putUser({ username, password: passwordOf(username), roles: [...new Set([...earlier, ...names])] });
  }
}

/** @returns the names of the roles of a user; none if there is no such user */
async function rolesOf(security: ElasticsearchClient['security'], username: string): Promise<readonly string[]> {
  const { [username]: user } = await security.getUser({ username }, { ignore: [HTTP_NOT_FOUND] });
  return user?.roles ?? [];
}

/** Creates the topics and indices that a run with the default input would create; retries until the servers are ready. */
export async function setUpPipeline(config: Config, clients: Clients, name: string): Promise<void> {
  const queue = config.PIPELINE_TASK_QUEUE;
  const taskQueues = { io: queue, lanes: queue, host: queue };
  const defaultRun = { input: undefined, run: 'set-up', startedAt: new Date().toISOString() };
  const plan = parseInput(taskQueues, { ...defaultRun, workflowId: `pipeline/${name}` });
  const { aliases, rules, index } = plan;
  await retry(() => prepareTopics(clients.kafka, plan));
  await retry(() => prepareIndices(clients.elasticsearch, { aliases, measurements: rules.measurements, index }));
}

/** Retries an activity after every retryable failure, as Temporal does. */
async function retry(activity: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      return await activity();
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.nonRetryable === true) throw error;
      console.error(`retrying: ${error.message}`);
      await sleep(RETRY_MS);
    }
  }
}

if (require.main === module) {
  main(process.argv).catch((error: unknown) => {
    // Not the whole error: a request in it may hold a password.
    console.error(reasonOf(error));
    process.exitCode = 1;
  });
}
