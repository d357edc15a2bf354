import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';

const SEGMENT_MS = 50;
/** Larger than one fetch takes beside another batch. */
const LARGE = 'x'.repeat(300_000);

const LEFT = [0, 1, 2, 5, 10, 11, 12, 13, 19, 20, 21, 22, 23, 24, 25, 26];

let gateway: KafkaGateway;
let kafka: Kafka;
let admin: Admin;
let producer: Producer;
/** Kafka keeps the last batch of a producer even if no record is left in it. */
let remembered: Producer;
const topics = { scattered: `compacted-${randomUUID()}`, emptied: `compacted-${randomUUID()}` };

beforeAll(async () => {
  const brokers = [...stackAddresses().kafkaBrokers];
  gateway = createKafkaGateway({ brokers, clientId: 'compaction' });
  kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  producer = kafka.producer();
  remembered = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await Promise.all([admin, producer, remembered].map((client) => client.connect()));
  await Promise.all(Object.values(topics).map(newTopic));
  await Promise.all([writeScattered(topics.scattered), writeEmptied(topics.emptied)]);
  // The log cleaner runs every 15 seconds.
  await untilLeft(topics.scattered, LEFT);
  await untilLeft(topics.emptied, [1, 2, 3]);
});
afterAll(async () => {
  await admin.deleteTopics({ topics: Object.values(topics) });
  await gateway.close();
  await Promise.all([admin, producer, remembered].map((client) => client.disconnect()));
});

async function newTopic(topic: string): Promise<void> {
  const config = {
    'cleanup.policy': 'compact',
    'segment.ms': SEGMENT_MS,
    'min.cleanable.dirty.ratio': 0,
    'max.compaction.lag.ms': 1,
  };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
}

/** One batch of records, in a segment that is closed by whatever is written after it. */
async function write(topic: string, keys: readonly string[], value = 'v', by = producer): Promise<void> {
  await sleep(SEGMENT_MS * 2);
  await by.send({ topic, messages: keys.map((key) => ({ key, value })) });
}

/** Offsets 3 and 4, whole batches, 6 to 9, the rest of a batch before a large one, and 14 to 18 will go. */
async function writeScattered(topic: string): Promise<void> {
  const [behind, repeated] = [
    ['f', 'g', 'h', 'i', 'j'],
    ['p', 'q', 'r', 's', 't'],
  ];
  for (const keys of [['a', 'b', 'c'], ['d'], ['e'], behind]) await write(topic, keys);
  await write(topic, ['g'], LARGE);
  for (const keys of [['h', 'i', 'j'], repeated, ['d', 'e'], repeated, ['z']]) await write(topic, keys);
}

/** Offset 0 will go, and leave its batch behind without a record, before one that no small fetch has room for. */
async function writeEmptied(topic: string): Promise<void> {
  await write(topic, ['a'], 'v', remembered);
  await write(topic, ['b'], LARGE);
  await write(topic, ['a']);
  await write(topic, ['z']);
}

/** What a plain consumer is shown, waited for. */
async function untilLeft(topic: string, offsets: readonly number[]): Promise<void> {
  while (String(await shown(topic)) !== String(offsets)) await sleep(500);
}

async function shown(topic: string): Promise<string[]> {
  const { end } = await gateway.offsets(topic);
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  const seen: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: ({ message: { offset } }) => {
        seen.push(offset);
        if (BigInt(offset) + 1n === BigInt(end[0] ?? 0)) resolve();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
  return seen;
}

async function read(topic: string, from: number, to: number): Promise<number[]> {
  const seen: number[] = [];
  await gateway.readRange({ topic, partition: 0, from: String(from), to: String(to) }, (records) => {
    seen.push(...records.map(({ offset }) => Number(offset)));
  });
  return seen;
}

describe('a reader and compaction', () => {
  it.each([
    ['has gaps in its middle', 0, 14],
    ['ends in a gap', 0, 19],
    ['begins and ends within gaps', 4, 8],
    ['ends with what is left of a batch', 5, 10],
    ['is one gap', 14, 19],
    ['is the whole log', 0, 27],
  ])('reads exactly the remaining records of a range that %s', async (_what, from, to) => {
    expect(await read(topics.scattered, from, to)).toEqual(LEFT.filter((offset) => offset >= from && offset < to));
  });

  it('does not treat a batch without records as the end, though the client cannot skip it', async () => {
    expect(await read(topics.emptied, 0, 4)).toEqual([1, 2, 3]);
  });
});
