import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../../activities';
import { pipelineFailure } from '../../../activities/contracts/failures';
import type { PartitionOffsets } from '../../../activities/contracts/offsets';
import type { IndexSliceInput } from '../../../activities/indexing/slice';
import type { indexTopic } from '../../../workflows';
import type { StageProgress } from '../../../workflows/control/progress';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

/** The value that the pipeline uses for an unbounded run. */
const MAX_IDLE_MS = 60_000;

const worker = workerOfSuite();

async function startIndexer(
  name: string,
  activities: Activities,
  next: PartitionOffsets,
): Promise<WorkflowHandle<typeof indexTopic>> {
  worker.serve(name, activities);
  const { client, taskQueue } = worker;
  const place = { stream: 'readings', topic: 't', alias: 'a', deadLetterTopic: null, sink: 'direct' } as const;
  const limits = { maxDeadLetterRatio: null, mirrorGroup: null, until: null };
  return await client.workflow.start<typeof indexTopic>('indexTopic', {
    taskQueue,
    workflowId: `pipeline/${name}/index/readings`,
    args: [{ ...place, ...limits, ioTaskQueue: taskQueue, maxIdleMs: MAX_IDLE_MS, next }],
  });
}

describe('indexTopic', () => {
  it('adds few events while its partitions are idle, and indexes new records of any of them', async () => {
    const ends: Record<string, string> = { 0: '0', 1: '0', 2: '0', 3: '0' };
    const slices: IndexSliceInput[] = [];
    const { activities } = fakeActivities({
      indexSlice: (slice) => {
        slices.push(slice);
        const { partition, from } = slice;
        const end = ends[partition] ?? '0';
        const read = Number(end) - Number(from);
        const counts = { read, indexed: read, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 };
        return Promise.resolve({ next: end, end, ends: { ...ends }, last: null, counts });
      },
    });
    const { environment } = worker;
    const handle = await startIndexer('idle', activities, { ...ends });
    await environment.sleep('10 minutes');
    const before = (await handle.describe()).historyLength;
    await environment.sleep('1 hour');
    const perPartition = ((await handle.describe()).historyLength - before) / Object.keys(ends).length;
    expect(perPartition).toBeLessThan(200);

    ends[2] = '5';
    await environment.sleep(2 * MAX_IDLE_MS);
    expect(slices.filter(({ partition }) => partition === 2).at(-1)).toMatchObject({ from: '5' });
    const until = { ...ends };
    await handle.signal('finish', until);
    expect(await handle.result()).toMatchObject({ next: until, totals: { in: 5 } });
  });

  it('goes back to the offset of a skip when its topic was recreated, and not otherwise', async () => {
    let isRecreated = false;
    const { activities } = fakeActivities({
      indexSlice: ({ from, after }) => {
        if (isRecreated && after?.offset === '4')
          return Promise.reject(pipelineFailure('TopicRecreated', 'another record'));
        const end = isRecreated ? '2' : '5';
        const read = Number(end) - Number(from);
        const counts = { read, indexed: read, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 };
        const last = { offset: String(Number(end) - 1), timestamp: '0', hash: '' };
        return Promise.resolve({ next: end, end, ends: { 0: end }, last, counts });
      },
    });
    const handle = await startIndexer('recreated', activities, { 0: '0' });
    const skip = { partition: 0, to: '0', reason: 'the topic was recreated' };
    const { environment } = worker;
    await environment.sleep('1 minute');
    await handle.executeUpdate('skip', { args: [skip] });
    await environment.sleep('1 minute');
    isRecreated = true;
    await environment.sleep('5 minutes');
    await handle.executeUpdate('skip', { args: [skip] });
    await environment.sleep('1 minute');
    await handle.signal('finish', { 0: '2' });
    expect(await handle.result()).toMatchObject({ next: { 0: '2' }, totals: { in: 5 + 2 }, skipped: 0 });
  });

  it('shows for a log that begins later the skip that carries on, which the part accepts', async () => {
    const { activities } = fakeActivities({
      indexSlice: ({ from }) => {
        if (Number(from) < 7) {
          const place = { topic: 't', partition: 0, offset: from, readableFrom: '7' };
          return Promise.reject(pipelineFailure('OffsetOutOfRange', 'offsets [7, 9), expected [0, 9)', place));
        }
        const counts = { read: 2, indexed: 2, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 };
        return Promise.resolve({ next: '9', end: '9', ends: { 0: '9' }, last: null, counts });
      },
    });
    const handle = await startIndexer('removed', activities, { 0: '0' });
    await worker.environment.sleep('1 minute');
    const { attention } = await handle.query<StageProgress>('progress');
    const [line, input = ''] = String(attention[0]?.command).split(" --input '");
    expect(line).toBe('temporal workflow update execute -w pipeline/removed/index/readings --name skip');
    expect(attention).toMatchObject([{ state: 'PARKED', partition: '0' }]);
    await handle.executeUpdate('skip', { args: [JSON.parse(input.replace(/'$/, '')) as object] });
    await handle.signal('finish', { 0: '9' });
    expect(await handle.result()).toMatchObject({ next: { 0: '9' }, totals: { in: 2 }, skipped: 7 });
  });
});
