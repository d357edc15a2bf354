import type { PipelineProgress } from '../../../workflows/control/progress';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

const NAME = 'cli-options';
const OPTIONS = ` --address temporal.example:7233 --namespace 'plants'`;
const PACED = { source: { kind: 'simulate', records: 1_000, ratePerSecond: 1 } };

const worker = workerOfSuite();

describe('the commands that a pipeline shows', () => {
  it('have the options that reach the server, also those of its parts', async () => {
    const { activities } = fakeActivities();
    const parseInput = activities.parseInput.bind(activities);
    activities.parseInput = async (request) => ({ ...(await parseInput(request)), temporalOptions: OPTIONS });
    worker.serve(NAME, activities);
    const { client, taskQueue } = worker;
    const workflowId = `pipeline/${NAME}`;
    const handle = await client.workflow.start('streamingPipeline', { taskQueue, workflowId, args: [PACED] });
    const commands = async (): Promise<readonly unknown[]> =>
      (await handle.query<PipelineProgress>('progress')).attention.map(({ command }) => command);

    await handle.executeUpdate('pause', { args: [{ part: 'spark' }] });
    await worker.environment.sleep('1 minute');
    const resume = `temporal workflow update execute${OPTIONS} -w ${workflowId}`;
    expect(await commands()).toEqual([`${resume}/spark --name resume`]);
    await handle.executeUpdate('pause');
    await worker.environment.sleep('1 minute');
    expect(await commands()).toEqual([`${resume} --name resume`]);
    await handle.terminate();
  });
});
