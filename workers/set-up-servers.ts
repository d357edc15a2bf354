/** Prepares new servers, for one pipeline: namespace, Elasticsearch users, topics and indices. Idempotent. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { z } from 'zod';
import { parseInput } from '../activities/preparation/parse-input';
import { prepareIndices } from '../activities/preparation/prepare-indices';
import { prepareTopics } from '../activities/preparation/prepare-topics';
import { type Clients, openClients } from './clients';
import { type Config, loadConfig } from './config';
import { temporalOptions } from './temporal-connection';

const RETRY_MS = 1_000;
const NAMESPACE_POLL_MS = 500;
/** How long closed workflows are kept. */
const NAMESPACE_RETENTION = '7 days';
/** gRPC status codes. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
/** The name of the user and of the role that workers use. */
const WORKER_USER = 'pipeline';

const settings = z.object({
  /** The pipeline whose topics and indices are created before its first run, for other writers. */
  PIPELINE_NAME: z.string().default('demo'),
  /** Secret, both. Elasticsearch requires at least six characters. */
  KIBANA_PASSWORD: z.string().min(6),
  PIPELINE_PASSWORD: z.string().min(6),
});

/** The names of the variables that are read here in addition to those of a worker. */
export const SET_UP_SETTINGS: readonly string[] = Object.keys(settings.shape);

async function main(): Promise<void> {
  const config = loadConfig();
  const { PIPELINE_NAME, KIBANA_PASSWORD, PIPELINE_PASSWORD } = settings.parse(process.env);
  const clients = openClients(config, 'set-up');
  const temporal = await Connection.connect(temporalOptions(config));
  try {
    await setUpNamespace(temporal, config.TEMPORAL_NAMESPACE);
    await setUpUsers(clients.elasticsearch, { kibana: KIBANA_PASSWORD, pipeline: PIPELINE_PASSWORD });
    await setUpPipeline(config, clients, PIPELINE_NAME);
  } finally {
    await clients.close();
    await temporal.close();
  }
  console.log(`namespace ${config.TEMPORAL_NAMESPACE}, users, and topics and indices of ${PIPELINE_NAME} are ready`);
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

/** Creates the user of workers, who can access only pipelines, and sets its and Kibana's password. Idempotent. */
export async function setUpUsers(
  { security }: ElasticsearchClient,
  passwords: { readonly kibana: string; readonly pipeline: string },
): Promise<void> {
  await security.changePassword({ username: 'kibana_system', password: passwords.kibana });
  await security.putRole({
    name: WORKER_USER,
    // Monthly indices are created from templates.
    cluster: ['monitor', 'manage_index_templates'],
    indices: [{ names: ['pipeline.*'], privileges: ['manage', 'read', 'write'] }],
  });
  await security.putUser({ username: WORKER_USER, password: passwords.pipeline, roles: [WORKER_USER] });
}

/** Creates the topics and indices that a run with the default input would create; retries until the servers are ready. */
export async function setUpPipeline(config: Config, clients: Clients, name: string): Promise<void> {
  const taskQueues = { io: config.PIPELINE_TASK_QUEUE, host: config.PIPELINE_TASK_QUEUE };
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
  main().catch((error: unknown) => {
    console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
    process.exitCode = 1;
  });
}
