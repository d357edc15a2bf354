import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../../../activities';
import { registerSearchAttributes } from '../../../workers/search-attributes';
import { stackAddresses } from '../../support/stack';
import { bundledWorkflows, edited } from '../bundle';
import { fakeActivities } from '../fake-activities';

const ENDLESS = {
  source: { kind: 'simulate', records: null, ratePerSecond: 10 },
};
/** So few that every part continues as new within seconds. */
const MAX_HISTORY_EVENTS = 50;
/** After a shorter time without a record, the workflow would let a lane rest. */
const LANE_MS = 1_000;

const taskQueue = `endless-${randomUUID().slice(0, 8)}`;

let connection: NativeConnection;
let client: Client;
beforeAll(async () => {
  const address = stackAddresses().temporal;
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection: await Connection.connect({ address }) });
  expect(await registerSearchAttributes(connection, 'default')).toBe(true);
});
afterAll(async () => {
  await client.connection.close();
  await connection.close();
});

/** Runs a worker with these activities while `work` does. */
async function withWorker<T>(activities: Activities, work: () => Promise<T>): Promise<T> {
  const parseInput: Activities['parseInput'] = async (request) => ({
    ...(await activities.parseInput(request)),
    ioTaskQueue: taskQueue,
    laneTaskQueue: taskQueue,
    hostTaskQueue: taskQueue,
    searchAttributes: true,
  });
  const bundle = await bundledWorkflows(new DefaultLogger('ERROR'));
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: edited(bundle, 'MAX_HISTORY_EVENTS = 1500', `MAX_HISTORY_EVENTS = ${MAX_HISTORY_EVENTS}`),
    activities: { ...activities, parseInput },
  });
  return await worker.runUntil(work);
}

async function startPipeline(name: string): Promise<WorkflowHandle> {
  const workflowId = `pipeline/${taskQueue}-${name}`;
  return await client.workflow.start('streamingPipeline', { taskQueue, workflowId, args: [ENDLESS] });
}

/** With a driver that runs on, and a source and a driver that take some time for each step. */
function endlessActivities(): ReturnType<typeof fakeActivities> {
  const { activities, calls } = fakeActivities();
  const { indexLane, watchSparkJob, publishSimulatedRange } = activities;
  const slow: Pick<Activities, 'indexLane' | 'watchSparkJob' | 'publishSimulatedRange'> = {
    indexLane: async (input) => {
      await sleep(LANE_MS);
      return await indexLane(input);
    },
    watchSparkJob: async (input) => {
      await sleep(300);
      return { ...(await watchSparkJob(input)), running: true, exitOk: null };
    },
    publishSimulatedRange: async (input) => {
      await sleep(300);
      return await publishSimulatedRange(input);
    },
  };
  return { activities: { ...activities, ...slow }, calls };
}

describe('streamingPipeline without end', () => {
  it('leaves no driver running when it is cancelled', async () => {
    const { activities, calls } = endlessActivities();
    await withWorker(activities, async () => {
      const handle = await startPipeline('cancelled');
      while (!calls.includes('watchSparkJob')) await sleep(50);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancelled');
    });
    expect(calls.lastIndexOf('stopSparkJob')).toBeGreaterThan(calls.lastIndexOf('submitSparkJob'));
  }, 180_000);

  it('ends indexers that have continued as new when it is stopped without draining', async () => {
    const { activities } = endlessActivities();
    await withWorker(activities, async () => {
      const handle = await startPipeline('stopped');
      const indexer = client.workflow.getHandle(`${handle.workflowId}/index/readings`);
      const runId = async (): Promise<string | undefined> => (await indexer.describe().catch(() => undefined))?.runId;
      let first = await runId();
      while (first === undefined) first = await runId();
      while ((await runId()) === first) await sleep(200);
      await handle.executeUpdate('stop', { args: [{ drain: false }] });
      expect(await handle.result()).toBeNull();
      expect((await indexer.describe()).status.name).toBe('CANCELLED');
    });
  }, 180_000);

  it('ends a part that is cancelled while it answers a command', async () => {
    const { activities, calls } = endlessActivities();
    const pipeline = await withWorker(activities, async () => {
      const handle = await startPipeline('answering');
      while (!calls.includes('publishSimulatedRange')) await sleep(50);
      return handle;
    });
    // No worker runs now, so both arrive in one workflow task.
    const source = client.workflow.getHandle(`${pipeline.workflowId}/source`);
    await source.signal('command', 1, { kind: 'pause', reason: 'test' });
    await source.cancel();
    await withWorker(activities, async () => {
      await expect(source.result()).rejects.toThrow('cancelled');
      await pipeline.cancel();
      await pipeline.result().catch(() => undefined);
    });
  }, 180_000);

  it('is found by its name and state, and each part has a summary', async () => {
    const { activities } = endlessActivities();
    const name = `${taskQueue}-found`;
    const found = async (query: string): Promise<string[]> => {
      const ids = [];
      for await (const { workflowId } of client.workflow.list({ query: `PipelineName = '${name}' AND ${query}` })) {
        ids.push(workflowId);
      }
      return ids.sort();
    };
    const become = async (query: string, expected: readonly string[]): Promise<void> => {
      while (JSON.stringify(await found(query)) !== JSON.stringify(expected)) await sleep(100);
    };
    await withWorker(activities, async () => {
      const handle = await startPipeline('found');
      const id = handle.workflowId;
      await become(`PipelineState = 'RUNNING' AND PipelineStage = 'running'`, [id]);
      const parts = ['deadLetters', 'readings', 'windows'].map((stream) => `${id}/index/${stream}`);
      await become(`ExecutionStatus = 'Running'`, [id, ...parts, `${id}/proof`, `${id}/source`, `${id}/spark`]);
      await handle.executeUpdate('pause', { args: [{ part: 'spark', reason: 'test' }] });
      await become(`PipelineState = 'PAUSED' AND PipelineStage = 'spark'`, [id]);
      const indexer = client.workflow.getHandle(`${id}/index/readings`);
      expect(await (await indexer.describe()).staticSummary()).toBe(`${name}.enriched → pipeline.${name}.readings`);
      await handle.cancel();
      await handle.result().catch(() => undefined);
    });
  }, 180_000);
});
