import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { createKafkaGateway, servesClients, type FollowEnd, type KafkaGateway } from '../../../activities/kafka';
import { BrokerPair } from './broker-pair';
import { patiently } from './patiently';

const SLOW_MS = 3_500;

const pair = new BrokerPair();
let gateway: KafkaGateway;
let admin: Admin;
beforeAll(async () => {
  await pair.start();
  gateway = createKafkaGateway({ brokers: pair.brokers, clientId: 'two-brokers' });
  admin = new Kafka({ brokers: [...pair.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  try {
    await gateway.close();
    await admin.disconnect();
  } finally {
    await pair.stop();
  }
});

/** A topic whose replicas are on these brokers; the first of them leads. */
async function newTopic(topic: string, replicas: number[], records: number): Promise<void> {
  await admin.createTopics({
    topics: [{ topic, replicaAssignment: [{ partition: 0, replicas }], configEntries: [] }],
    waitForLeaders: true,
  });
  const values = Array.from({ length: records }, (_, n) => ({ key: null, value: `v${n}`.padEnd(500), headers: {} }));
  await patiently(() => gateway.publish(topic, values));
}

async function leaderOf(topic: string): Promise<number | undefined> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions[0]?.leader;
}

/** Reads like the attempts of an activity: each begins after the last record delivered to the previous one. */
async function readOn(topic: string, seen: string[], to: number, onBatch: () => Promise<void>): Promise<void> {
  await patiently(() =>
    gateway.readRange({ topic, partition: 0, from: String(seen.length), to: String(to) }, async (records) => {
      seen.push(...records.map(({ offset }) => offset));
      await onBatch();
    }),
  );
}

const inOrder = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

describe('a reader with two brokers', () => {
  it('loses no record while its handler is slow and the other broker has nothing to return', async () => {
    await newTopic('slow', [2, 1], 3_000);
    const seen: string[] = [];
    let batches = 0;
    await readOn('slow', seen, 3_000, async () => {
      // Longer than a count of empty answers from the other broker may take.
      if (batches++ === 0) await sleep(SLOW_MS);
    });
    expect(seen).toEqual(inOrder(3_000));
  });

  it('reads every record once and in order when the other broker becomes leader in the middle of a batch', async () => {
    await newTopic('moved', [1, 2], 3_000);
    const seen: string[] = [];
    let moves = 0;
    await readOn('moved', seen, 3_000, async () => {
      if (moves++ > 0) return;
      await admin.alterPartitionReassignments({
        topics: [{ topic: 'moved', partitionAssignment: [{ partition: 0, replicas: [2] }] }],
      });
      while ((await leaderOf('moved')) !== 2) await sleep(50);
    });
    expect(moves).toBeGreaterThan(1);
    expect(seen).toEqual(inOrder(3_000));
  });
});

describe('a follower with two brokers', () => {
  it('passes every record once and in order when the other broker becomes leader in the middle of a batch', async () => {
    await newTopic('followed', [1, 2], 3_000);
    const seen: string[] = [];
    let moves = 0;
    const follow = (): Promise<FollowEnd> => {
      const [from, until] = [{ 0: String(seen.length) }, { 0: '3000' }];
      const { signal } = new AbortController();
      return gateway.follow({ topic: 'followed', from, until, ends: until, signal }, async ({ records }) => {
        seen.push(...records.map(({ offset }) => offset));
        if (moves++ > 0) return;
        await admin.alterPartitionReassignments({
          topics: [{ topic: 'followed', partitionAssignment: [{ partition: 0, replicas: [2] }] }],
        });
        while ((await leaderOf('followed')) !== 2) await sleep(50);
      });
    };
    while ((await patiently(follow)).why !== 'reached');
    expect(moves).toBeGreaterThan(1);
    expect(seen).toEqual(inOrder(3_000));
  });
});

describe('a cluster whose second broker is killed and started again', () => {
  const record = { key: null, value: 'v', headers: {} };
  const readings: string[] = [];
  const waiting: string[] = [];
  const asked: (string | undefined)[] = [];
  let read: Promise<void>;
  let isServed: boolean;

  beforeAll(async () => {
    await newTopic('killed', [2, 1], 3_000);
    await newTopic('asked', [2, 1], 10);
    await newTopic('away', [2], 3_000);
    const next = async (): Promise<void> => void asked.push((await patiently(() => gateway.offsets('asked'))).end[0]);
    await next();
    const enough = (): Promise<void> => Promise.reject(new Error('enough'));
    await expect(readOn('away', waiting, 3_000, enough)).rejects.toThrow('enough');
    let batches = 0;
    await readOn('killed', readings, 3_000, async () => {
      if (batches++ === 0) await pair.killSecond();
    });

    read = gateway.readRange(
      { topic: 'away', partition: 0, from: String(waiting.length), to: '3000' },
      () => undefined,
    );
    await read.catch(() => undefined);
    isServed = await servesClients(pair, AbortSignal.timeout(120_000));
    await next();
    await patiently(() => gateway.publish('asked', [record]));
    await next();
    await pair.startSecond();
    await patiently(() => gateway.publish('asked', [record]));
    await next();
    await readOn('away', waiting, 3_000, () => Promise.resolve());
  });

  it('loses no record of a reader, and returns them in order, when the leader is killed and the other takes over', () => {
    expect(readings).toEqual(inOrder(3_000));
  });

  it('refuses to read a partition without a leader, for now, and continues when it is back', async () => {
    await expect(read).rejects.toMatchObject({ type: 'ServiceUnavailable', nonRetryable: false });
    expect(waiting).toEqual(inOrder(3_000));
  });

  it('returns offsets and publishes on pooled connections all the time', () => {
    expect(asked).toEqual(['10', '10', '11', '12']);
  });

  it('counts as serving clients while a topic has no leader', () => {
    expect(isServed).toBe(true);
  });
});
