import { Client } from '@elastic/elasticsearch';
import type { Client as TemporalClient } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Kafka, logLevel } from 'kafkajs';
import { pipelineFailure } from '../../../activities/contracts/failures';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { positionsAt } from '../../support/index-lane';
import { stackAddresses } from '../../support/stack';
import { until } from '../../support/until';
import { LanePipeline, reading } from './lane-pipeline';

let kafka: KafkaGateway;
let elasticsearch: Client;

beforeAll(() => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'following-lane-test' });
  elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
});
afterAll(async () => {
  await kafka.close();
  await elasticsearch.close();
});

describe('indexLane without an end', () => {
  it('indexes partition by partition what cannot be followed, and refuses the one with a damaged batch', async () => {
    const pipeline = await LanePipeline.create({ kafka, elasticsearch }, 2);
    const records = Array.from({ length: 40 }, (_, n) => ({ ...reading(n), key: `d${n}` }));
    await kafka.publish(pipeline.topic, records);
    const damaged = pipelineFailure('RecordsUnreadable', 'damaged', {
      topic: pipeline.topic,
      partition: 0,
      offset: '0',
    });
    const damagedKafka: KafkaGateway = {
      ...kafka,
      follow: ({ from }) => Promise.resolve({ why: 'unreadable', next: from }),
      readRange: (range, handle) => (range.partition === 0 ? Promise.reject(damaged) : kafka.readRange(range, handle)),
    };
    const { end } = await kafka.offsets(pipeline.topic);
    const result = await pipeline.index({ until: null }, undefined, { kafka: damagedKafka });
    expect(result).toMatchObject({
      positions: { 0: { next: '0' }, 1: { next: end['1'] } },
      refused: [{ partition: '0', type: 'RecordsUnreadable', reason: 'RecordsUnreadable: damaged' }],
    });
    expect(await pipeline.count()).toBe(Number(end['1']));
  });

  it('waits at the end of its partitions, indexes what comes within a second, and ends when it is cancelled', async () => {
    const pipeline = await LanePipeline.create({ kafka, elasticsearch }, 3);
    const environment = new MockActivityEnvironment();
    const lane = pipeline.index({ until: null }, environment);
    await kafka.publish(pipeline.topic, [reading(0)]);
    await until('the first record is searchable', async () => (await pipeline.count()) === 1);
    for (let n = 1; n <= 5; n++) {
      const publishedMs = Date.now();
      await kafka.publish(pipeline.topic, [{ ...reading(n), key: `d${n}` }]);
      await until('the next record is searchable', async () => (await pipeline.count()) === n + 1);
      expect(Date.now() - publishedMs).toBeLessThan(3_000);
    }
    environment.cancel();
    expect(await lane).toMatchObject({ counts: { read: 6, indexed: 6 }, lag: 0, refused: [] });
  });

  it('ends when its time is over, and with the partitions that its topic has got meanwhile', async () => {
    const pipeline = await LanePipeline.create({ kafka, elasticsearch });
    await kafka.publish(pipeline.topic, [reading(0)]);
    expect(await pipeline.index({ until: null, maxMs: 1_000 })).toMatchObject({ next: '1', counts: { read: 1 } });
    const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: pipeline.topic, count: 2 }] });
    await admin.disconnect();
    const from = positionsAt({ 0: '0' });
    expect(await pipeline.index({ partitions: 1, from, until: null })).toMatchObject({
      partitions: 2,
      counts: { read: 0 },
    });
  });

  it('tells its workflow what it has indexed while it waits for more', async () => {
    const pipeline = await LanePipeline.create({ kafka, elasticsearch });
    await kafka.publish(pipeline.topic, [reading(0), reading(1)]);
    const told: unknown[] = [];
    const signal = (name: string, progress: unknown): Promise<void> => Promise.resolve(void told.push(name, progress));
    const client = { workflow: { getHandle: () => ({ signal }) } } as unknown as TemporalClient;
    const environment = new MockActivityEnvironment();
    const lane = pipeline.index({ until: null, ageMs: 0 }, environment, { temporal: () => client });
    await until('the lane has told its progress', () => Promise.resolve(told.length > 0));
    environment.cancel();
    expect(told).toMatchObject(['laneProgress', { positions: { 0: { next: '2' } }, counts: { indexed: 2 }, lag: 0 }]);
    expect(await lane).toMatchObject({ next: '2' });
  });
});
