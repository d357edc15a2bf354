import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Kafka, type Admin } from 'kafkajs';

import type { IndexSliceResult } from '../../../activities/indexing/slice';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';
import { activitiesWith } from '../../support/activities';

const SLICES = 6;
const PER_SLICE = 10;

const admins: Admin[] = [];
const requests: string[] = [];
let kafka: KafkaGateway;
let elasticsearch: Client;
beforeAll(() => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  const spy = jest.spyOn(Kafka.prototype, 'admin');
  const original = spy.getMockImplementation();
  spy.mockImplementation(function (this: Kafka) {
    const admin = original?.call(this);
    if (admin === undefined) throw new Error('expected the spy to know what it stands for');
    admin.on(admin.events.REQUEST, ({ payload }) => requests.push(payload.apiName));
    admins.push(admin);
    return admin;
  });
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'asked-offsets' });
  elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
});
afterAll(async () => {
  await kafka.close();
  await elasticsearch.close();
  jest.restoreAllMocks();
});

describe('the slices of a partition', () => {
  it('ask for the first and the next offset once each, all on one connection', async () => {
    const topic = `asked-${randomUUID()}`;
    await kafka.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_048_588 }]);
    await kafka.publish(
      topic,
      Array.from({ length: SLICES * PER_SLICE }, (_, n) => ({
        key: null,
        value: '{}',
        headers: { 'event-id': `e${n}` },
      })),
    );
    await elasticsearch.indices.create({ index: `${topic}-1`, aliases: { [topic]: { is_write_index: true } } });
    const activities = activitiesWith({ kafka, elasticsearch });
    admins.length = 0;
    requests.length = 0;
    let last: Pick<IndexSliceResult, 'next' | 'last'> = { next: '0', last: null };
    for (let slices = 0; slices < SLICES; slices++) {
      const range = { topic, partition: 0, from: last.next, until: null, maxRecords: PER_SLICE };
      const input = { ...range, alias: topic, deadLetterTopic: null, after: last.last };
      const slice: IndexSliceResult = await new MockActivityEnvironment().run(
        (given) => activities.indexSlice(given),
        input,
      );
      last = slice;
      expect(slice.counts.read).toBe(PER_SLICE);
    }
    expect(admins).toHaveLength(1);
    expect(requests.filter((api) => api === 'ListOffsets')).toHaveLength(2 * SLICES);
    await elasticsearch.indices.delete({ index: `${topic}-1` });
  });
});
