import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { aliasesOf, derivedTopics } from '../../../activities/contracts/pipeline-names';
import type { PipelineAliases } from '../../../activities/contracts/plan';
import type { DeadLetter } from '../../../activities/contracts/record';

import type { IndexLaneResult } from '../../../activities/indexing/lane';
import { createKafkaGateway, type KafkaGateway, type OutgoingRecord } from '../../../activities/kafka';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { expireMonths } from '../../../activities/retention/expire-months';
import { stackAddresses } from '../../support/stack';
import { indexLane, positionsAt } from '../../support/index-lane';
import { parseConfig } from '../../deploy/logstash/config-syntax';
import { runPipeline } from '../../deploy/logstash/pipeline-run';

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

/** Writes a record as the shipped Logstash pipeline does. */
async function writeByLogstash({ value, headers }: OutgoingRecord): Promise<void> {
  const config = parseConfig(readFileSync(join(__dirname, '../../../deploy/logstash/pipeline.conf'), 'utf8'));
  const bytes = Object.entries(headers).map(([header, text]) => [header, Buffer.from(text)] as const);
  const [written] = runPipeline(config, { PIPELINE_NAME: name, PIPELINE_INDEX_BY: 'month' }, topic, {
    ...{ partition: 0, offset: '0', timestamp: '1', key: null, value: Buffer.from(value) },
    headers: Object.fromEntries(bytes),
  });
  const { index, document_id: id } = written?.options ?? {};
  await elasticsearch.index({ index: String(index), id: String(id), document: written?.document });
}

async function slice(
  records: readonly OutgoingRecord[],
  sink: 'direct' | 'external' = 'direct',
): Promise<IndexLaneResult> {
  const from = (await kafka.offsets(topic)).end['0'] ?? '0';
  await kafka.publish(topic, records);
  const target = { alias: aliases.readings, deadLetterTopic, sink };
  return await indexLane({ kafka, elasticsearch }, { topic, from: positionsAt({ 0: from }), ...target });
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

  it('lets an external writer index a document before its month is opened, under the strict mapping', async () => {
    const may = reading('may', { timestamp: '2026-05-01T00:00:00.000000Z' });
    await expect(writeByLogstash(may)).rejects.toThrow('index_not_found_exception');

    const external = { aliases, measurements: DEFAULT_MEASUREMENTS, index: INDEX, sink: 'external' } as const;
    await prepareIndices(elasticsearch, external);
    await writeByLogstash(may);
    const unknown = writeByLogstash(reading('june', { timestamp: '2026-06-01T00:00:00.000000Z', surprise: 1 }));
    await expect(unknown).rejects.toThrow('strict_dynamic_mapping_exception');
    expect((await slice([may], 'external')).counts).toMatchObject({ read: 1, indexed: 1 });
    const { hits } = await elasticsearch.search({ index: aliases.readings });
    expect(hits.hits.map(({ _index, _id }) => [_index, _id])).toEqual([[`${aliases.readings}-2026-05`, 'may']]);
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
