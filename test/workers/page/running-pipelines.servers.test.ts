import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { loadConfig } from '../../../workers/config';
import { PipelineWatch } from '../../../workers/page/running-pipelines';
import { stackAddresses } from '../../support/stack';
import { until } from '../../support/until';
import { bundledWorkflows } from '../../workflows/bundle';
import { fakeActivities } from '../../workflows/fake-activities';

describe('the running pipelines of the page', () => {
  it('say of themselves what they do, and why they wait', async () => {
    const address = stackAddresses().temporal;
    const taskQueue = `watch-${randomUUID().slice(0, 8)}`;
    const client = new Client({ connection: await Connection.connect({ address }) });
    const connection = await NativeConnection.connect({ address });
    const watch = new PipelineWatch(loadConfig({ TEMPORAL_ADDRESS: address }));
    const own = async () => (await watch.list()).pipelines.find(({ name }) => name === taskQueue);
    const { activities } = fakeActivities();
    const worker = await Worker.create({
      ...{ connection, taskQueue, workflowBundle: await bundledWorkflows(new DefaultLogger('ERROR')) },
      activities: {
        ...activities,
        parseInput: async (request: Parameters<typeof activities.parseInput>[0]) => ({
          ...(await activities.parseInput(request)),
          ...{ ioTaskQueue: taskQueue, hostTaskQueue: taskQueue, laneTaskQueue: taskQueue },
        }),
      },
    });
    const handle = await client.workflow.start('streamingPipeline', {
      ...{ taskQueue, workflowId: `pipeline/${taskQueue}` },
      args: [{ source: { kind: 'simulate', records: 1_000, ratePerSecond: 1 } }],
    });
    try {
      await worker.runUntil(async () => {
        // Before its input is read, it takes no command.
        await until('it is shown', async () => ((await own())?.state ?? null) !== null);
        await handle.executeUpdate('pause', { args: [{ reason: 'an upgrade' }] });
        await until('it is shown as paused', async () => (await own())?.state === 'PAUSED');
        expect(await own()).toMatchObject({ phase: 'running', attention: [{ state: 'PAUSED', reason: 'an upgrade' }] });
      });
    } finally {
      await handle.terminate().catch(() => undefined);
      await watch.close();
      await client.connection.close();
      await connection.close();
    }
  });
});
