import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { createKafkaGateway, type FollowEnd, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';
import { until } from '../../support/until';

let gateway: KafkaGateway;
let kafka: Kafka;
let admin: Admin;
beforeAll(async () => {
  const brokers = [...stackAddresses().kafkaBrokers];
  gateway = createKafkaGateway({ brokers, clientId: 'follow' });
  kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
});
afterAll(async () => {
  await gateway.close();
  await admin.disconnect();
});

async function newTopic(partitions: number): Promise<string> {
  const topic = `follow-${randomUUID()}`;
  await gateway.prepareTopics([{ topic, partitions, maxMessageBytes: 1_048_588 }]);
  return topic;
}

/** Publishes numbers, each with a key of its own. */
async function publish(topic: string, first: number, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, n) => ({
    key: `k${first + n}`,
    value: `${first + n}`,
    headers: {},
  }));
  await gateway.publish(topic, records);
}

/** Follows a topic from these offsets on. */
class Follower {
  readonly seen: number[] = [];
  readonly #abort = new AbortController();
  readonly #ended: Promise<FollowEnd>;

  constructor(topic: string, from: Readonly<Record<string, string>>) {
    const request = { topic, from, until: null, ends: {}, signal: this.#abort.signal };
    this.#ended = gateway.follow(request, ({ records }) => {
      this.seen.push(...records.map(({ value }) => Number(value)));
    });
  }

  async has(count: number): Promise<void> {
    await until(`${count} records have come`, () => this.seen.length >= count);
  }

  async ended(): Promise<FollowEnd> {
    return await this.#ended;
  }

  async stop(): Promise<FollowEnd> {
    this.#abort.abort();
    return await this.#ended;
  }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
const sorted = (seen: readonly number[]): number[] => [...seen].sort((one, other) => one - other);

describe('following a topic', () => {
  it('passes each record of its partitions once as it comes, and goes on where it was stopped', async () => {
    const topic = await newTopic(3);
    const first = new Follower(topic, { 0: '0', 1: '0', 2: '0' });
    for (let n = 0; n < 5; n++) {
      await publish(topic, n * 10, 10);
      await first.has((n + 1) * 10);
    }
    const { why, next } = await first.stop();
    expect(why).toBe('aborted');
    expect(sorted(first.seen)).toEqual(numbers(0, 50));
    await publish(topic, 50, 20);
    const second = new Follower(topic, next);
    await second.has(20);
    await second.stop();
    expect(sorted(second.seen)).toEqual(numbers(50, 70));
  });

  it('passes nothing after it was stopped, though more comes', async () => {
    const topic = await newTopic(1);
    const stopped = new Follower(topic, { 0: '0' });
    await publish(topic, 0, 5);
    await stopped.has(5);
    await stopped.stop();
    await publish(topic, 5, 5);
    const other = new Follower(topic, { 0: '5' });
    await other.has(5);
    await other.stop();
    expect(stopped.seen).toEqual(numbers(0, 5));
  });

  it('ends when the log does not have its position, and not at the offset to which the client resets itself', async () => {
    const topic = await newTopic(1);
    await publish(topic, 0, 10);
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '8' }] });
    const follower = new Follower(topic, { 0: '2' });
    expect(await follower.ended()).toEqual({ why: 'reset', next: { 0: '2' } });
    expect(follower.seen).toEqual([]);
  });

  it('passes committed records only, and goes on behind those of a transaction that was aborted', async () => {
    const topic = await newTopic(1);
    const producer = kafka.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const follower = new Follower(topic, { 0: '0' });
    for (const [value, how] of [
      ['1', 'commit'],
      ['2', 'abort'],
      ['3', 'commit'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await transaction[how]();
    }
    await producer.disconnect();
    await follower.has(2);
    const { next } = await follower.stop();
    expect(follower.seen).toEqual([1, 3]);
    expect(Number(next['0'])).toBeGreaterThanOrEqual(5);
  });
});
