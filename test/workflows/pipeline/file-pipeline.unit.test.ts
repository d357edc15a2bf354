import type { Activities } from '../../../activities';
import type { RunReport } from '../../../activities/contracts/report';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

const NOTE = 'The last line of /data/readings.csv has no line end and is read as a row.';

const worker = workerOfSuite();

describe('a pipeline whose source is a file', () => {
  it('has in its report what is said about the last line when the file is looked at', async () => {
    const { activities } = fakeActivities({
      inspectFile: () =>
        Promise.resolve({ sha256: 'ab', bytes: 2_000, modifiedMs: 0, columns: ['time'], notes: [NOTE] }),
    });
    const publishFileRange: Activities['publishFileRange'] = async ({ plan }) => {
      const counts = await activities.publishSimulatedRange({ plan, from: 0, to: 100 });
      return { ...counts, byteNext: 2_000, rowNext: 100, done: true };
    };
    worker.serve('file', { ...activities, publishFileRange });
    const report = await worker.client.workflow.execute<(input: unknown) => Promise<RunReport>>('streamingPipeline', {
      taskQueue: worker.taskQueue,
      workflowId: 'pipeline/file',
      args: [{ source: { kind: 'file', format: 'csv', path: '/data/readings.csv' } }],
    });
    expect(report).toMatchObject({ reconciled: true, source: 'file', notes: [NOTE] });
  });
});
