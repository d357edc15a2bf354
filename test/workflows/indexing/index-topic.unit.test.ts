import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../../activities';
import type { PartitionOffsets } from '../../../activities/contracts/offsets';
import type { IndexLaneInput } from '../../../activities/indexing/lane';
import type { indexTopic } from '../../../workflows';
import type { StageProgress } from '../../../workflows/control/progress';
import { laneResult } from '../lane-result';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

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
    args: [{ ...place, ...limits, laneTaskQueue: taskQueue, lanes: 1, isLive: true, next }],
  });
}

function numbers(offsets: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(Object.entries(offsets).map(([partition, offset]) => [partition, Number(offset)]));
}

describe('indexTopic', () => {
  it('adds few events while its partitions are idle, and indexes new records of any of them', async () => {
    const ends: Record<string, string> = { 0: '0', 1: '0', 2: '0', 3: '0' };
    const lanes: IndexLaneInput[] = [];
    const { activities } = fakeActivities({
      indexLane: (input) => {
        lanes.push(input);
        return Promise.resolve(laneResult(input, numbers(ends)));
      },
    });
    const { environment } = worker;
    const handle = await startIndexer('idle', activities, { ...ends });
    await environment.sleep('10 minutes');
    const before = (await handle.describe()).historyLength;
    await environment.sleep('1 hour');
    expect((await handle.describe()).historyLength - before).toBeLessThan(800);

    ends[2] = '5';
    await environment.sleep('2 minutes');
    expect(lanes.at(-1)?.from).toMatchObject({ 2: { next: '5' } });
    const until = { ...ends };
    await handle.signal('finish', until);
    expect(await handle.result()).toMatchObject({ next: until, totals: { in: 5 } });
  });

  it('goes back to the offset of a skip when its topic was recreated, and not otherwise', async () => {
    let isRecreated = false;
    const { activities } = fakeActivities({
      indexLane: (input) => {
        const refused = [{ partition: '0', type: 'TopicRecreated', reason: 'another record', readableFrom: '0' }];
        const isOther = isRecreated && input.from['0']?.last?.offset === '4';
        const result = laneResult(input, { 0: isRecreated ? 2 : 5 });
        if (isOther) return Promise.resolve({ ...laneResult(input, { 0: 0 }), refused });
        const next = result.positions['0']?.next ?? '0';
        const last = { offset: String(Number(next) - 1), timestamp: '0', hash: '' };
        return Promise.resolve({ ...result, positions: { 0: { next, last } } });
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
      indexLane: (input) => {
        const refused = [{ partition: '0', type: 'OffsetOutOfRange', reason: 'offsets [7, 9)', readableFrom: '7' }];
        const isBelow = Number(input.from['0']?.next) < 7;
        return Promise.resolve(isBelow ? laneResult(input, { 0: 0 }, { refused }) : laneResult(input, { 0: 9 }));
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
