import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Admin, type Consumer, type ConsumerConfig } from 'kafkajs';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { ConnectionPool } from '../../../activities/kafka/connection-pool';
import { READER, readRange } from '../../../activities/kafka/read-range';
import { stackAddresses } from '../../support/stack';

/** One fetch has room for one such record, not for two. */
const HALF = 150_000;
/** Only a fetch that begins with such a record returns it. */
const MORE = 300_000;

/** Refreshes topic metadata all the time, and records what its consumers do. */
class ObservedKafka extends Kafka {
  joins = 0;
  /** First offset of each batch. */
  readonly fetched: string[] = [];
  /** Consumers that got a batch. */
  readonly receivers = new Set<Consumer>();

  override consumer(config?: ConsumerConfig): Consumer {
    const consumer = super.consumer({ groupId: '', ...config, metadataMaxAge: 100 });
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.joins += 1;
    });
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      this.fetched.push(payload.firstOffset);
      this.receivers.add(consumer);
    });
    return consumer;
  }
}

let kafka: ObservedKafka;
let gateway: KafkaGateway;
let admin: Admin;
let topic: string;
beforeAll(async () => {
  const brokers = [...stackAddresses().kafkaBrokers];
  kafka = new ObservedKafka({ brokers, logLevel: logLevel.NOTHING });
  gateway = createKafkaGateway({ brokers, clientId: 'rejoin' });
  admin = kafka.admin();
  await admin.connect();
});
beforeEach(async () => {
  topic = `rejoin-${randomUUID()}`;
  await gateway.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_048_588 }]);
});
afterEach(async () => {
  await admin.deleteTopics({ topics: [topic] });
});
afterAll(async () => {
  await gateway.close();
  await admin.disconnect();
});

/** Each record is a batch of its own. */
async function publish(count: number, bytes = HALF): Promise<void> {
  const value = 'x'.repeat(bytes);
  for (let n = 0; n < count; n++) await gateway.publish(topic, [{ key: null, value, headers: {} }]);
}

describe('a reader', () => {
  it('keeps its position when it rejoins its group in the middle of a range', async () => {
    await publish(6);
    const readers = new ConnectionPool(READER);
    const reading = { clients: { open: () => kafka }, readers, offsets: (of: string) => gateway.offsets(of) };
    const seen: string[] = [];
    const before = kafka.joins;
    await readRange(reading, { topic, partition: 0, from: '2', to: '6' }, async (records) => {
      seen.push(...records.map(({ offset }) => offset));
      if (seen.length === 1) await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    });
    while (kafka.joins < before + 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await publish(2);
    const { end } = await gateway.offsets(topic);
    await readRange(reading, { topic, partition: 0, from: '6', to: end[0] ?? '' }, (records) => {
      seen.push(...records.map(({ offset }) => offset));
    });
    await readers.close();
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, n) => String(2 + n)));
    expect(seen.length).toBeGreaterThan(4);
    expect(kafka.fetched).toEqual(seen);
    // A reader that had lost its position would have been replaced.
    expect(kafka.receivers.size).toBe(1);
  });

  it('does not skip records that retention removes meanwhile, and leaves the mirrored checkpoint unchanged', async () => {
    const group = `mirror-${randomUUID()}`;
    await gateway.mirrorOffsets(group, topic, { 0: '1' });
    await publish(4);
    // The rest of the log begins with aborted records, which the client skips silently.
    const producer = kafka.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'aborted' }] });
    await transaction.abort();
    await producer.disconnect();
    await publish(1, MORE);
    const { end } = await gateway.offsets(topic);
    let batches = 0;
    const reading = gateway.readRange({ topic, partition: 0, from: '0', to: end[0] ?? '' }, async () => {
      if (batches++ > 0) return;
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
    });
    await expect(reading).rejects.toMatchObject({ type: 'OffsetOutOfRange', nonRetryable: true });
    const [shown] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    expect(shown?.partitions).toMatchObject([{ partition: 0, offset: '1' }]);
  });
});
