import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { pipelineFailure } from '../../../activities/contracts/failures';
import { failureOf } from '../../support/failure-of';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

/** In a suite of its own: the time-skipping server skips no time any more after a workflow that has abandoned an activity. */
const worker = workerOfSuite();

describe('a pipeline', () => {
  it('starts a driver before the indices are prepared, and ends it if they cannot be', async () => {
    // A watch that ends while it is cancelled is more than the server can take, too.
    const { activities, calls } = fakeActivities({ watchSparkJob: () => Context.current().cancelled });
    activities.prepareIndices = async () => {
      while (!calls.includes('watchSparkJob')) await sleep(20);
      throw pipelineFailure('InvalidInput', 'expected a shorter name');
    };
    worker.serve('early', activities);
    const { client, taskQueue } = worker;
    const handle = await client.workflow.start('streamingPipeline', {
      taskQueue,
      workflowId: 'pipeline/early',
      args: [{ source: { kind: 'simulate', records: 100 } }],
    });

    expect(await failureOf(handle.result())).toMatchObject({ type: 'InvalidInput' });
    expect(calls.lastIndexOf('stopSparkJob')).toBeGreaterThan(calls.lastIndexOf('submitSparkJob'));
  });
});
