import type { WorkflowHandle } from '@temporalio/client';
import type { PipelineProgress } from '../../../workflows/control/progress';
import { failureOf } from '../../support/failure-of';
import { until } from '../../support/until';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

const BOUNDED = { source: { kind: 'simulate', records: 100 } };
const ENDLESS = { source: { kind: 'simulate', records: null, ratePerSecond: 1 } };

const worker = workerOfSuite();

async function start(name: string, suffix: string, input: unknown): Promise<WorkflowHandle> {
  const { client, taskQueue } = worker;
  const workflowId = `pipeline/${name}${suffix}`;
  return await client.workflow.start('streamingPipeline', { taskQueue, workflowId, args: [input] });
}

describe('a pipeline that a schedule starts', () => {
  it('runs under the id of the pipeline, without the time that the schedule has appended', async () => {
    worker.serve('nightly', fakeActivities().activities);
    const scheduled = await start('nightly', '-2026-11-27T03:00:00Z', BOUNDED);
    const report: unknown = await scheduled.result();
    expect(report).toMatchObject({ reconciled: true });
    expect(await worker.client.workflow.getHandle('pipeline/nightly').result()).toEqual(report);
  });

  it.each([
    ['by hand', 'manual', ''],
    ['by the same schedule', 'twice', '-2026-11-27T02:00:00Z'],
  ])('is refused while another run of the pipeline is open that was started %s', async (_how, name, suffix) => {
    worker.serve(name, fakeActivities().activities);
    await start(name, suffix, ENDLESS);
    const open = worker.client.workflow.getHandle(`pipeline/${name}`);
    const progress = () => open.query<PipelineProgress>('progress').catch(() => null);
    await until('the first run is open', async () => (await progress()) !== null);
    const scheduled = await start(name, '-2026-11-27T03:00:00Z', BOUNDED);
    expect(await failureOf(scheduled.result())).toMatchObject({
      type: 'AlreadyRunning',
      message: expect.stringContaining(`pipeline/${name} is running`) as string,
    });
    await open.terminate();
  });
});
