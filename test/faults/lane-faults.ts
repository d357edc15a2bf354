import { setTimeout as sleep } from 'node:timers/promises';
import type { StageProgress } from '../../workflows/control/progress';
import { until } from '../support/until';
import type { FaultCase, FaultContext, PublishedTopic } from './fault-case';

/** Of each bulk request, so that readings are left to index when something happens. */
const DELAY_MS = 2_000;
const DELETED = 3;

/** What happens to lanes, the shares of the partitions, and to the partitions themselves. */
export const LANE_FAULTS: readonly FaultCase[] = [
  {
    name: 'workers join and leave under load',
    scale: 5,
    sendsNothingAgain: true,
    meanwhile: async (context: FaultContext): Promise<void> => {
      slowDown(context);
      let { worker } = context;
      for (let change = 0; change < 2; change++) {
        await moreRequests(context, 2);
        const joined = await context.startWorker();
        await moreRequests(context, 2);
        await worker.kill('SIGTERM');
        worker = joined;
      }
      await moreRequests(context, 2);
      context.proxy.plan = () => null;
    },
  },
  {
    name: "the partitions' leader moves",
    brokers: 2,
    scale: 5,
    meanwhile: async (context: FaultContext): Promise<void> => {
      slowDown(context);
      await moreRequests(context, 2);
      await moveLeaders(context.readings);
      await moreRequests(context, 2);
      context.proxy.plan = () => null;
    },
  },
  {
    name: 'one partition of a lane parks, the other goes on',
    lanes: 1,
    damage: deleteFirst,
    meanwhile: async ({ indexer, readings: { kafka, topic } }: FaultContext): Promise<void> => {
      const { end } = await kafka.offsets(topic);
      const progress = async () => await indexer.query<StageProgress>('progress').catch(() => null);
      const isParked = async () =>
        (await progress())?.attention.some(({ state, partition }) => state === 'PARKED' && partition === '0') === true;
      await until('partition 0 is parked', isParked);
      await until('the other is indexed', async () => ((await progress())?.in ?? 0) >= Number(end[1]));
      await indexer.executeUpdate('skip', { args: [{ partition: 0, to: String(DELETED), reason: 'restored' }] });
    },
  },
];

function slowDown({ proxy }: FaultContext): void {
  proxy.plan = async () => {
    await sleep(DELAY_MS);
    return null;
  };
}

/** @throws Error when everything is indexed before */
async function moreRequests({ proxy, indexed }: FaultContext, count: number): Promise<void> {
  const enough = proxy.requests + count;
  await until(`${count} more bulk requests are sent`, () => {
    if (indexed.aborted) throw new Error('expected readings to be left to index, got none');
    return proxy.requests >= enough;
  });
}

/** Each partition has one replica, which moves to the other broker. */
async function moveLeaders({ admin, topic }: PublishedTopic): Promise<void> {
  const leaders = async (): Promise<readonly { readonly partition: number; readonly leader: number }[]> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return (topics[0]?.partitions ?? []).map(({ partitionId: partition, leader }) => ({ partition, leader }));
  };
  const before = await leaders();
  const partitionAssignment = before.map(({ partition, leader }) => ({ partition, replicas: [3 - leader] }));
  await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
  const wanted = new Map(partitionAssignment.map(({ partition, replicas }) => [partition, replicas[0]]));
  await until('the other broker leads', async () =>
    (await leaders()).every(({ partition, leader }) => leader === wanted.get(partition)),
  );
}

/** Publishes the first records of partition 0 again, and deletes them where they were. */
async function deleteFirst({ kafka, admin, topic }: PublishedTopic): Promise<void> {
  const range = { topic, partition: 0, from: '0', to: String(DELETED), signal: new AbortController().signal };
  const records: Parameters<typeof kafka.publish>[1][number][] = [];
  await kafka.readRange(range, (batch) => {
    for (const { key, value, headers } of batch.slice(0, DELETED - records.length)) {
      const texts = Object.entries(headers).map(([name, header]) => [name, String(header)] as const);
      records.push({ key: String(key), value: String(value), headers: Object.fromEntries(texts) });
    }
  });
  await kafka.publish(topic, records);
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(DELETED) }] });
}
