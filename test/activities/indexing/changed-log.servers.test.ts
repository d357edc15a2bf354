import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { LanePositions, RefusedPartition } from '../../../activities/indexing/lane';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';
import { indexLane } from '../../support/index-lane';

let kafka: KafkaGateway;
let elasticsearch: Client;
let topic: string;

beforeAll(() => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'changed-log-test' });
  elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
});
beforeEach(async () => {
  topic = `changed-log-${randomUUID()}`;
  await makeTopic();
  await elasticsearch.indices.create({ index: `${topic}-1`, aliases: { [topic]: { is_write_index: true } } });
});
afterEach(async () => {
  await elasticsearch.indices.delete({ index: `${topic}-1` });
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
});
afterAll(async () => {
  await kafka.close();
  await elasticsearch.close();
});

async function makeTopic(): Promise<void> {
  await kafka.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_048_588 }]);
}

async function publish(count: number, first = 0): Promise<void> {
  const record = (n: number) => ({ key: null, value: `{"n":${n}}`, headers: { 'event-id': `e${n}` } });
  await kafka.publish(
    topic,
    Array.from({ length: count }, (_, n) => record(first + n)),
  );
}

interface Indexed {
  readonly position: LanePositions[string] | undefined;
  readonly read: number;
  readonly refused: readonly RefusedPartition[];
}

/** Indexes the only partition from a position on. */
async function index({
  from,
  until,
}: { from?: LanePositions[string] | undefined; until?: string } = {}): Promise<Indexed> {
  const target = {
    ...{ topic, alias: topic },
    ...(from === undefined ? {} : { from: { 0: from } }),
    ...(until === undefined ? {} : { until: { 0: until } }),
  };
  const { positions, counts, refused } = await indexLane({ kafka, elasticsearch }, target);
  return { position: positions['0'], read: counts.read, refused };
}

async function withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await work(admin);
  await admin.disconnect();
}

/** Deletes the topic and creates it again with the same name. */
async function remake(): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    while ((await admin.listTopics()).includes(topic)) await sleep(50);
  });
  await makeTopic();
}

/** As retention does. */
async function removeBefore(offset: string): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
  });
}

describe('indexLane on a log that has changed', () => {
  it('refuses a recreated topic even if it is longer by now, so that no offset shows it', async () => {
    await publish(3);
    const { position } = await index({ until: '2' });
    expect(position).toMatchObject({ next: '2', last: { offset: '1' } });
    expect(await index({ from: position })).toMatchObject({ position: { next: '3' }, read: 1 });
    await remake();
    await publish(9, 100);
    expect(await index({ from: position })).toMatchObject({
      read: 0,
      refused: [{ partition: '0', type: 'TopicRecreated', readableFrom: '0' }],
    });
  });

  it('refuses a topic that ends before the checkpoint, even if there is nothing to read', async () => {
    await publish(3);
    const { position } = await index();
    await remake();
    await publish(1, 100);
    expect(await index({ from: position })).toMatchObject({
      read: 0,
      refused: [{ partition: '0', type: 'OffsetOutOfRange', readableFrom: '0' }],
    });
  });

  it('continues if retention has removed the last record, and stops if it has removed unread records', async () => {
    await publish(4);
    const { position } = await index({ until: '2' });
    await removeBefore('2');
    expect(await index({ from: position })).toMatchObject({ position: { next: '4' }, read: 2 });
    await removeBefore('3');
    expect(await index({ from: position })).toMatchObject({
      read: 0,
      refused: [{ partition: '0', type: 'OffsetOutOfRange', readableFrom: '3' }],
    });
  });
});
