import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { measurementSchema } from '../../activities/contracts/measurement';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import { createRunsIndex } from '../../activities/elasticsearch/create-index';
import { verdictOf, type ItemResult } from '../../activities/indexing/post-bulk';
import { SOURCES, type SourceName } from '../../kibana/model/source';
import { stackAddresses } from '../support/stack';
import { DAY, writeKnownData } from './known-data';

const FIELD = '@timestamp';
const pipeline = `timestamp-${randomUUID().slice(0, 8)}`;
/** The first two hours. */
const RANGE = { gte: Date.parse(`${DAY}T00:00:00Z`), lt: Date.parse(`${DAY}T02:00:00Z`), format: 'epoch_millis' };

let elasticsearch: Client;
beforeAll(async () => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
  await writeKnownData(elasticsearch, pipeline);
});
afterAll(async () => {
  await elasticsearch.indices.delete({
    index: Object.keys(await elasticsearch.indices.get({ index: `pipeline.${pipeline}*` })),
  });
  await elasticsearch.close();
});

async function searched(index: string, field: string): Promise<{ ids: string[]; buckets: unknown[] }> {
  const { hits, aggregations } = await elasticsearch.search<unknown, { hours: { buckets: unknown[] } }>({
    index,
    query: { range: { [field]: RANGE } },
    sort: [{ [field]: { order: 'asc' } }, '_doc'],
    aggs: { hours: { date_histogram: { field, fixed_interval: '1h' } } },
  });
  return { ids: hits.hits.map(({ _id: id }) => String(id)), buckets: aggregations?.hours.buckets ?? [] };
}

async function resultOf(document: object): Promise<ItemResult> {
  const operations = [{ index: {} }, document];
  const { items } = await elasticsearch.bulk({ index: aliasesOf(pipeline).readings, operations, refresh: true });
  return items[0]?.index as unknown as ItemResult;
}

describe('the field @timestamp', () => {
  it.each<[SourceName, number]>([
    ['readings', 3],
    ['windows', 2],
    ['deadLetters', 3],
    ['runs', 2],
  ])('of %s is found and counted as the time field is', async (source, expected) => {
    const { pattern, timeField } = SOURCES[source];
    const index = pattern.replace('*', pipeline);
    const byAlias = await searched(index, FIELD);
    expect(byAlias.ids).toHaveLength(expected);
    expect(byAlias.buckets.length).toBeGreaterThan(0);
    expect(byAlias).toEqual(await searched(index, timeField));
    const { fields } = await elasticsearch.fieldCaps({ index, fields: [FIELD] });
    expect(fields[FIELD]).toMatchObject({ date: { searchable: true, aggregatable: true } });
  });

  it('is searched in indices of all kinds at once', async () => {
    const index = Object.values(SOURCES).map(({ pattern }) => pattern.replace('*', pipeline));
    const { count } = await elasticsearch.count({ index, query: { range: { [FIELD]: RANGE } } });
    expect(count).toBe(10);
  });

  it('is added to an index of runs that lacks it', async () => {
    const index = aliasesOf(`${pipeline}-old`).runs;
    await elasticsearch.indices.create({
      index,
      mappings: { dynamic: false, properties: { startedAt: { type: 'date' } } },
    });
    await createRunsIndex(elasticsearch, index);
    const startedAt = `${DAY}T01:00:00.000Z`;
    await elasticsearch.index({ index, document: { startedAt }, refresh: true });
    expect((await searched(index, FIELD)).ids).toHaveLength(1);
  });

  it('is a label like any other', async () => {
    const labels = { [FIELD]: 'yesterday' };
    const reading = { deviceId: 'd1', timestamp: '2001-01-01T00:00:00.000Z', labels };
    expect(await resultOf(reading)).toMatchObject({ status: 201 });
    const { hits } = await elasticsearch.search({
      index: aliasesOf(pipeline).readings,
      query: { term: { [`labels.${FIELD}`]: 'yesterday' } },
    });
    expect(hits.hits).toMatchObject([{ _source: { labels } }]);
  });

  it('turns a document that contains it into a dead letter', async () => {
    const result = await resultOf({ deviceId: 'd1', [FIELD]: '2001-01-01T00:00:00.000Z' });
    expect(result).toMatchObject({ status: 400 });
    expect(verdictOf(result)).toBe('reject');
  });

  it('is not accepted as the name of a measurement', () => {
    expect(measurementSchema.safeParse({ name: FIELD, unit: 's', min: 0, max: 1 }).success).toBe(false);
  });
});
