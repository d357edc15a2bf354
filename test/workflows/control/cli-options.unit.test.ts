import { Context } from '@temporalio/activity';
import type { PipelineProgress, StageProgress } from '../../../workflows/control/progress';
import { until } from '../../support/until';
import { fakeActivities } from '../fake-activities';
import { laneResult } from '../lane-result';
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

  it('have them in a replay that people start themselves', async () => {
    const { activities } = fakeActivities({
      planReplay: () =>
        Promise.resolve({
          ...{
            stream: 'readings',
            topic: 'p.enriched',
            alias: 'pipeline.p.readings',
            deadLetterTopic: 'p.dead-letter',
          },
          ...{ laneTaskQueue: worker.taskQueue, temporalOptions: OPTIONS, from: { 0: '0' }, to: { 0: '1000000' } },
        }),
      indexLane: async (input) => {
        await Context.current().sleep(1_000);
        return laneResult(input, { 0: Number(input.from['0']?.next) + 1 });
      },
    });
    worker.serve('replayed', activities);
    const { client, taskQueue } = worker;
    const workflowId = 'replay/replayed';
    const handle = await client.workflow.start('replayTopic', { taskQueue, workflowId, args: [{}] });
    const indexing = client.workflow.getHandle(`${workflowId}/index/readings`);
    await until(
      'the indexing is started',
      async () =>
        await indexing.describe().then(
          () => true,
          () => false,
        ),
    );
    await indexing.executeUpdate('pause');
    const { attention } = await indexing.query<StageProgress>('progress');
    const resume = `temporal workflow update execute${OPTIONS} -w ${workflowId}/index/readings --name resume`;
    expect(attention.map(({ command }) => command)).toEqual([resume]);
    await handle.terminate();
  });
});
