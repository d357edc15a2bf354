import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { DEAD_LETTER_PROPERTIES } from '../../../activities/elasticsearch/index-mappings';
import { stackAddresses } from '../../support/stack';
import { activitiesWith } from '../../support/activities';

const elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
const activities = activitiesWith({ elasticsearch });
const alias = `summary-${randomUUID()}`;
const letter = { stage: 'parse', reason: 'Empty', topic: 't', partition: 0, original: 'c2VjcmV0' } as const;

beforeAll(async () => {
  await elasticsearch.indices.create({
    index: alias,
    mappings: { dynamic: false, properties: DEAD_LETTER_PROPERTIES },
  });
  const letters = [
    { ...letter, offset: '3', provenance: { run: 'r', processedAt: 2_000, offset: '0' } },
    { ...letter, offset: '4', provenance: { run: 'r', processedAt: 3_000, offset: '4' } },
    {
      ...letter,
      offset: '2',
      reason: 'BadTime',
      detail: 'No.',
      provenance: { run: 'r', processedAt: 1_000, offset: '9' },
    },
    { ...letter, offset: '1', provenance: { run: 'r', processedAt: 500, offset: '1', resolvedAt: 3_000 } },
    { ...letter, offset: '0', provenance: { run: 'other', processedAt: 100, offset: '0' } },
  ];
  const operations = letters.flatMap((document) => [{ index: { _index: alias } }, document]);
  await elasticsearch.bulk({ operations, refresh: true });
});
afterAll(async () => {
  await elasticsearch.indices.delete({ index: alias });
  await elasticsearch.close();
});

describe('the summary of the dead letters of a run', () => {
  it('has the commonest reasons, and the first that is not resolved, without its original', async () => {
    expect(await activities.deadLetterSummary({ alias, run: 'r' })).toEqual({
      byReason: { 'parse:Empty': 2, 'parse:BadTime': 1 },
      example: 't partition 0 offset 2, parse:BadTime, No.',
    });
  });

  it('is empty if there are none', async () => {
    expect(await activities.deadLetterSummary({ alias, run: 'none' })).toEqual({ byReason: {}, example: null });
  });
});
