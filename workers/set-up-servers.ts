/**
 * Prepares servers that nobody has used yet, once: the namespace, users, and the topics and indices of one pipeline.
 * Repeating it changes nothing.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { parseInput } from '../activities/preparation/parse-input';
import { prepareIndices } from '../activities/preparation/prepare-indices';
import { prepareTopics } from '../activities/preparation/prepare-topics';
import { addressesOf, type Config, loadConfig } from './config';
import { openClients, type Clients } from './clients';
import { setUpUsers } from './elasticsearch-users';
import { setUpNamespace } from './temporal-namespace';

const RETRY_MS = 1_000;

/** What is asked for beside the settings of a worker. */
const settings = z.object({
  /** Topics and indices of this pipeline are there before its first run, for other writers of them. */
  PIPELINE_NAME: z.string().default('demo'),
  /** Secret, both. Elasticsearch takes none of fewer than six characters. */
  KIBANA_PASSWORD: z.string().min(6),
  PIPELINE_PASSWORD: z.string().min(6),
});

/** The name of every variable that is read here beside those of a worker. */
export const SET_UP_SETTINGS: readonly string[] = Object.keys(settings.shape);

async function main(): Promise<void> {
  const config = loadConfig();
  const { PIPELINE_NAME, KIBANA_PASSWORD, PIPELINE_PASSWORD } = settings.parse(process.env);
  const clients = openClients(config, 'set-up');
  const temporal = await Connection.connect({ address: addressesOf(config).temporal });
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

/** Makes the topics and indices that a run of the pipeline without an input would make, once the servers let it. */
export async function setUpPipeline(config: Config, clients: Clients, name: string): Promise<void> {
  const taskQueues = { io: config.PIPELINE_TASK_QUEUE, host: config.PIPELINE_TASK_QUEUE };
  const byDefault = { input: undefined, run: 'set-up', startedAt: new Date().toISOString() };
  const plan = parseInput(taskQueues, { ...byDefault, workflowId: `pipeline/${name}` });
  const { aliases, rules, index } = plan;
  await insist(() => prepareTopics(clients.kafka, plan));
  await insist(() => prepareIndices(clients.elasticsearch, { aliases, measurements: rules.measurements, index }));
}

/** What Temporal does for an activity: does it again while its failure may pass. */
async function insist(activity: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await activity();
      return;
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.nonRetryable === true) throw error;
      console.error(`trying again: ${error.message}`);
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
