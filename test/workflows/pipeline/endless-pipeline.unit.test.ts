import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../../activities';
import { fakeActivities } from '../fake-activities';
import { TimeSkippingWorker } from '../time-skipping-worker';

const ENDLESS = { source: { kind: 'simulate', records: null, ratePerSecond: 10 } };
/** More than fit one history. */
const MANY_SLICES = 600;

let worker: TimeSkippingWorker;
beforeAll(async () => {
  worker = await TimeSkippingWorker.start();
}, 120_000);
afterAll(async () => {
  await worker.stop();
});

async function startEndless(name: string, activities: Activities): Promise<WorkflowHandle> {
  worker.serve(name, activities);
  const { client, taskQueue } = worker;
  const workflowId = `pipeline/${name}`;
  return await client.workflow.start('streamingPipeline', { taskQueue, workflowId, args: [ENDLESS] });
}

/** With a driver that runs on, and a source and a driver that take some time for each step. */
function endlessActivities(): ReturnType<typeof fakeActivities> {
  const { activities, calls } = fakeActivities();
  const { watchSparkJob, publishSimulatedRange } = activities;
  const slow: Pick<Activities, 'watchSparkJob' | 'publishSimulatedRange'> = {
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
    const handle = await startEndless('cancelled', activities);
    while (!calls.includes('watchSparkJob')) await sleep(50);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow('cancelled');
    expect(calls.lastIndexOf('stopSparkJob')).toBeGreaterThan(calls.lastIndexOf('submitSparkJob'));
  }, 180_000);

  it('ends indexers that have continued as new when it is stopped without draining', async () => {
    const { activities } = endlessActivities();
    activities.indexSlice = ({ from }) => {
      const next = String(Math.min(Number(from) + 1, MANY_SLICES));
      const counts = { read: 1, indexed: 1, stale: 0, deadLetters: 0, expired: 0, bytes: 1 };
      return Promise.resolve({ next, end: next, ends: { 0: next }, last: null, counts });
    };
    const handle = await startEndless('stopped', activities);
    const indexer = worker.client.workflow.getHandle(`${handle.workflowId}/index/readings`);
    const runId = async (): Promise<string | undefined> => (await indexer.describe().catch(() => undefined))?.runId;
    let first = await runId();
    while (first === undefined) first = await runId();
    while ((await runId()) === first) await sleep(200);
    await handle.executeUpdate('stop', { args: [{ drain: false }] });
    expect(await handle.result()).toBeNull();
    expect((await indexer.describe()).status.name).toBe('CANCELLED');
  }, 180_000);
});
