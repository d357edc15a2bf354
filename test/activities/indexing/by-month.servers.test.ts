import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { aliasesOf, derivedTopics } from '../../../activities/contracts/pipeline-names';
import type { PipelineAliases } from '../../../activities/contracts/plan';
import type { DeadLetter } from '../../../activities/contracts/record';

import type { IndexSliceResult } from '../../../activities/indexing/slice';
import { createKafkaGateway, type KafkaGateway, type OutgoingRecord } from '../../../activities/kafka';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { expireMonths } from '../../../activities/retention/expire-months';
import { stackAddresses } from '../../support/stack';
import { activitiesWith } from '../../support/activities';

const INDEX = { by: 'month', from: '2026-01', to: '2026-06' } as const;

let kafka: KafkaGateway;
let elasticsearch: Client;
let name: string;
let aliases: PipelineAliases;
let topic: string;
let deadLetterTopic: string;
beforeAll(() => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'by-month-test' });
  elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
});
beforeEach(async () => {
  name = `by-month-${randomUUID().slice(0, 8)}`;
  aliases = aliasesOf(name);
  ({ enriched: topic, deadLetter: deadLetterTopic } = derivedTopics(name));
  await kafka.prepareTopics(
    [topic, deadLetterTopic].map((each) => ({ topic: each, partitions: 1, maxMessageBytes: 4_194_352 })),
  );
  await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, index: INDEX });
});
afterAll(async () => {
  await kafka.close();
  await elasticsearch.close();
});

function reading(id: string, fields: object): OutgoingRecord {
  const value = { id, deviceId: 'd', temperature: 20, ...fields };
  return {
    key: 'd',
    value: JSON.stringify(value),
    headers: { 'event-id': id, 'pipeline-run': 'r1', 'pipeline-raw': '0:0:1' },
  };
}

async function slice(records: readonly OutgoingRecord[]): Promise<IndexSliceResult> {
  const from = (await kafka.offsets(topic)).end['0'] ?? '0';
  await kafka.publish(topic, records);
  const activities = activitiesWith({ kafka, elasticsearch });
  const range = { topic, partition: 0, from, until: null, maxRecords: 1_000, alias: aliases.readings, deadLetterTopic };
  return await new MockActivityEnvironment().run(() => activities.indexSlice(range));
}

async function deadLetters(): Promise<DeadLetter[]> {
  const { start, end } = await kafka.offsets(deadLetterTopic);
  const found: DeadLetter[] = [];
  await kafka.readRange(
    { topic: deadLetterTopic, partition: 0, from: start['0'] ?? '0', to: end['0'] ?? '0' },
    (read) => {
      for (const { value } of read) found.push(JSON.parse(String(value)) as DeadLetter);
    },
  );
  return found;
}

describe('indexSlice, by month', () => {
  it('dead-letters records without a month of the range, and documents that the mapping rejects', async () => {
    const { counts } = await slice([
      reading('before', { timestamp: '2025-12-31T23:59:59.999999Z' }),
      reading('first', { timestamp: '2026-01-01T00:00:00.000000Z' }),
      reading('last', { timestamp: '2026-06-30T23:59:59.999999Z' }),
      reading('after', { timestamp: '2026-07-01T00:00:00.000000Z' }),
      reading('none', {}),
      reading('refused', { timestamp: '2026-02-01T00:00:00.000000Z', temperature: 'warm' }),
    ]);
    expect(counts).toMatchObject({ read: 6, indexed: 2, deadLetters: 4 });
    expect(counts.expired).toBe(0);
    const reasons = (await deadLetters()).map(({ id, stage, reason }) => [id, stage, reason]);
    expect(reasons).toEqual([
      ['before', 'index', 'OutsideMonths'],
      ['after', 'index', 'OutsideMonths'],
      ['none', 'index', 'NoEventMonth'],
      ['refused', 'index', 'document_parsing_exception'],
    ]);
  });

  it('recreates the index of a month that somebody deleted', async () => {
    for (let time = 0; time < 2; time++) {
      const { counts } = await slice([reading('last', { timestamp: '2026-06-30T23:59:59.999999Z' })]);
      expect(counts).toMatchObject({ read: 1, indexed: 1 });
      await elasticsearch.indices.delete({ index: `${aliases.readings}-2026-06` });
    }
  });

  it('does not create the index of a month without its template', async () => {
    await elasticsearch.indices.deleteIndexTemplate({ name: aliases.readings });
    await expect(slice([reading('march', { timestamp: '2026-03-01T00:00:00.000000Z' })])).rejects.toMatchObject({
      type: 'IndexMisconfigured',
      message: expect.stringContaining(`index template ${aliases.readings}`) as string,
    });
  });

  it('does not create the index of a month that would get the template of others', async () => {
    const foreign = `other-${name}`;
    const index_patterns = `${aliases.readings}-2026-03`;
    await elasticsearch.indices.putIndexTemplate({ name: foreign, index_patterns, priority: 501 });
    const march = [reading('march', { timestamp: '2026-03-01T00:00:00.000000Z' })];
    await expect(slice(march)).rejects.toMatchObject({
      type: 'IndexMisconfigured',
      message: expect.stringContaining(`${foreign} (priority 501`) as string,
    });
    expect(await elasticsearch.indices.exists({ index: index_patterns })).toBe(false);
    await elasticsearch.indices.deleteIndexTemplate({ name: foreign });
    expect((await slice(march)).counts).toMatchObject({ indexed: 1 });
  });

  it('skips a record of an expired month, and recreates no index for it', async () => {
    await expireMonths(elasticsearch, { input: { name, keepMonths: 1 }, at: '2026-05-10T00:00:00Z' });
    const { counts } = await slice([
      reading('march', { timestamp: '2026-03-01T00:00:00.000000Z' }),
      reading('may', { timestamp: '2026-05-01T00:00:00.000000Z' }),
    ]);
    expect(counts).toMatchObject({ read: 2, indexed: 1, deadLetters: 0, expired: 1 });
    expect(await elasticsearch.indices.exists({ index: `${aliases.readings}-2026-03` })).toBe(false);
  });
});
