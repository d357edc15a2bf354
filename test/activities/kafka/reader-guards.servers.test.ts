import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';

let gateway: KafkaGateway;
let kafka: Kafka;
let admin: Admin;
beforeAll(async () => {
  const brokers = [...stackAddresses().kafkaBrokers];
  gateway = createKafkaGateway({ brokers, clientId: 'guards' });
  kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
});
afterAll(async () => {
  await gateway.close();
  await admin.disconnect();
});

async function newTopic(): Promise<string> {
  const topic = `guards-${randomUUID()}`;
  await gateway.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_048_588 }]);
  return topic;
}

async function publish(topic: string, count: number, first = 0): Promise<void> {
  const records = Array.from({ length: count }, (_, n) => ({ key: null, value: `v${first + n}`, headers: {} }));
  await gateway.publish(topic, records);
}

async function values(topic: string, from: string, to: string): Promise<string[]> {
  const seen: string[] = [];
  await gateway.readRange({ topic, partition: 0, from, to }, (records) => {
    seen.push(...records.map(({ value }) => String(value)));
  });
  return seen;
}

async function endOf(topic: string): Promise<string> {
  return (await gateway.offsets(topic)).end[0] ?? '';
}

/** Waits for an end offset: the broker writes the marker of a transaction after it has answered. */
async function endAt(topic: string, end: string): Promise<string> {
  while ((await endOf(topic)) !== end) await new Promise((resolve) => setTimeout(resolve, 50));
  return end;
}

/** Ignores what a broker answers while a topic is being recreated. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const { type } = error as { type?: string };
      if (tries > 20 || (type !== 'ServiceUnavailable' && type !== 'SourceMissing')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

describe('a reader and transactions', () => {
  let producer: Producer;
  beforeAll(async () => {
    producer = kafka.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
  });

  async function transact(
    topic: string,
    count: number,
    first: number,
  ): Promise<{ end: (how: 'commit' | 'abort') => Promise<void> }> {
    const transaction = await producer.transaction();
    const messages = Array.from({ length: count }, (_, n) => ({ value: `v${first + n}` }));
    await transaction.send({ topic, messages });
    return { end: (how) => transaction[how]() };
  }

  it('delivers committed records only, and reaches the end of a range that ends in markers', async () => {
    const topic = await newTopic();
    await (await transact(topic, 3, 0)).end('commit');
    await (await transact(topic, 4, 3)).end('abort');
    await (await transact(topic, 2, 7)).end('commit');
    expect(await values(topic, '0', await endAt(topic, '12'))).toEqual(['v0', 'v1', 'v2', 'v7', 'v8']);
  });

  it('reaches the end of a range of aborted records only, and continues after it', async () => {
    const topic = await newTopic();
    await (await transact(topic, 5, 0)).end('abort');
    const end = await endAt(topic, '6');
    expect(await values(topic, '0', end)).toEqual([]);
    await publish(topic, 2, 5);
    expect(await values(topic, end, await endOf(topic))).toEqual(['v5', 'v6']);
  });

  it('ends before a transaction that is still open', async () => {
    const topic = await newTopic();
    await publish(topic, 2);
    const open = await transact(topic, 3, 2);
    await publish(topic, 1, 5);
    expect(await values(topic, '0', await endOf(topic))).toEqual(['v0', 'v1']);
    await open.end('commit');
    expect(await values(topic, '2', await endAt(topic, '7'))).toEqual(['v2', 'v3', 'v4', 'v5']);
  });
});

describe('a reader and a log that changes meanwhile', () => {
  it('fails when retention has removed its position, though it is open', async () => {
    const topic = await newTopic();
    await publish(topic, 10);
    expect(await values(topic, '0', '2')).toEqual(['v0', 'v1']);
    const own = kafka.admin();
    await own.connect();
    await own.fetchTopicOffsets(topic);
    await own.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '8' }] });
    await own.disconnect();
    await expect(values(topic, '2', '10')).rejects.toMatchObject({ type: 'OffsetOutOfRange', nonRetryable: true });
    expect(await values(topic, '8', '10')).toEqual(['v8', 'v9']);
  });

  it('fails when the topic was recreated and is shorter', async () => {
    const topic = await newTopic();
    await publish(topic, 10);
    expect(await values(topic, '0', '10')).toHaveLength(10);
    await admin.deleteTopics({ topics: [topic] });
    await patiently(() => gateway.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_048_588 }]));
    await patiently(() => publish(topic, 3, 100));
    await expect(patiently(() => values(topic, '10', '12'))).rejects.toMatchObject({ type: 'OffsetOutOfRange' });
    expect(await patiently(() => values(topic, '0', '3'))).toEqual(['v100', 'v101', 'v102']);
  });

  it('reports that the topic no longer exists', async () => {
    const topic = await newTopic();
    await publish(topic, 3);
    expect(await values(topic, '0', '2')).toHaveLength(2);
    await admin.deleteTopics({ topics: [topic] });
    await expect(values(topic, '2', '3')).rejects.toMatchObject({ type: 'SourceMissing' });
  });

  it('continues, and reports the others, when partitions are added', async () => {
    const topic = await newTopic();
    await publish(topic, 5);
    expect(await values(topic, '0', '3')).toHaveLength(3);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    expect(Object.keys((await patiently(() => gateway.offsets(topic))).end)).toEqual(['0', '1', '2']);
    expect(await values(topic, '3', '5')).toEqual(['v3', 'v4']);
  });
});
