import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Kafka, logLevel, type Admin } from 'kafkajs';

import type { IndexSliceInput, IndexSliceResult } from '../../../activities/indexing/slice';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';
import { activitiesWith } from '../../support/activities';

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

async function slice(input: Partial<IndexSliceInput> = {}): Promise<IndexSliceResult> {
  const activities = activitiesWith({ kafka, elasticsearch });
  const whole = { topic, partition: 0, from: '0', until: null, maxRecords: 1_000, alias: topic, deadLetterTopic: null };
  return await new MockActivityEnvironment().run(() => activities.indexSlice({ ...whole, ...input }));
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

describe('indexSlice on a log that has changed', () => {
  it('reports a recreated topic even if it is longer by now, so that no offset shows it', async () => {
    await publish(3);
    const { last } = await slice({ until: '2' });
    expect(last).toMatchObject({ offset: '1' });
    expect(await slice({ from: '2', after: last })).toMatchObject({ next: '3', counts: { read: 1 } });
    await remake();
    await publish(9, 100);
    const again = slice({ from: '2', after: last });
    await expect(again).rejects.toMatchObject({
      ...{ type: 'TopicRecreated', nonRetryable: true },
      details: [{ topic, partition: 0, offset: '1', readableFrom: '0' }],
    });
  });

  it('reports a topic that ends before the checkpoint, even if there is nothing to read', async () => {
    await publish(3);
    const { next, last } = await slice();
    await remake();
    await publish(1, 100);
    const again = slice({ from: next, after: last });
    await expect(again).rejects.toMatchObject({
      ...{ type: 'OffsetOutOfRange', nonRetryable: true },
      details: [{ topic, partition: 0, offset: '3', readableFrom: '0' }],
    });
  });

  it('continues if retention has removed the last record, and fails if it has removed unread records', async () => {
    await publish(4);
    const { last } = await slice({ until: '2' });
    await removeBefore('2');
    expect(await slice({ from: '2', after: last })).toMatchObject({ next: '4', counts: { read: 2 } });
    await removeBefore('3');
    const lost = slice({ from: '2', after: last });
    await expect(lost).rejects.toMatchObject({
      ...{ type: 'OffsetOutOfRange', nonRetryable: true },
      details: [{ topic, partition: 0, offset: '2', readableFrom: '3' }],
    });
  });
});
