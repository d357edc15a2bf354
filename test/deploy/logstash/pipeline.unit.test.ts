import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@elastic/elasticsearch';
import { parse } from 'yaml';
import { parseObject } from '../../../activities/contracts/json-object';
import { bulkBody, toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import { MonthRouter } from '../../../activities/indexing/month-router';
import type { IncomingRecord } from '../../../activities/kafka';
import { parseInput } from '../../../activities/preparation/parse-input';
import { documentDigest } from '../../../activities/reconciliation/content-digest';
import { parseConfig, type Plugin } from './config-syntax';
import { runPipeline, type Written } from './pipeline-run';

const LOGSTASH = join(__dirname, '..', '..', '..', 'deploy', 'logstash');
const text = readFileSync(join(LOGSTASH, 'pipeline.conf'), 'utf8');
const sections = parseConfig(text);
const ENVIRONMENT = { PIPELINE_NAME: 'plant', PIPELINE_INDEX_BY: 'none' };
const { topics, aliases } = parseInput(
  { io: 'io', lanes: 'lanes', host: 'host' },
  { input: undefined, workflowId: 'pipeline/plant', run: 'r1', startedAt: '2026-05-01T00:00:00Z' },
);

function record(value: unknown, headers: Readonly<Record<string, string>>): IncomingRecord {
  return {
    partition: 3,
    offset: '41',
    timestamp: '1700000000400',
    key: Buffer.from('d1'),
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes)])),
  };
}

const READING = record(
  { id: 'r1-d1-7', deviceId: 'd1', timestamp: '2026-05-01T10:00:30.000000Z', temperature: 21.5, labels: { a: 'ü "' } },
  { 'event-id': 'r1-d1-7', 'pipeline-run': 'r1', 'pipeline-raw': '7:9007199254740993:1700000000300' },
);
const REDRIVEN = record(
  { id: 'r1-d1-8', deviceId: 'd1' },
  { 'event-id': 'r1-d1-8', 'pipeline-run': 'r1', 'pipeline-raw': '7:41:1700000000300', 'pipeline-redrive': '2' },
);
/** Published, by Kafka's time, in another unit or with a wrong clock. */
const OF_NO_TIME = ['0', '1', '1767600000', '1767600000000000'].map((publishedAt) =>
  record(
    { id: `r1-d1-${publishedAt}`, deviceId: 'd1' },
    { 'event-id': `r1-d1-${publishedAt}`, 'pipeline-run': 'r1', 'pipeline-raw': `7:43:${publishedAt}` },
  ),
);
const CALLED_MESSAGE = record(
  { id: 'r1-d1-9', deviceId: 'd1', message: 5 },
  { 'event-id': 'r1-d1-9', 'pipeline-run': 'r1', 'pipeline-raw': '7:42:1700000000300' },
);
const WINDOW = record(
  {
    id: 'r1|d1|1700000000000|60000',
    deviceId: 'd1',
    windowStart: '2023-11-14T22:13:20.000000Z',
    count: 60,
    temperature: { count: 60, mean: 21.25 },
  },
  { 'event-id': 'd1|1700000000000|60000', 'pipeline-run': 'r1', 'pipeline-version': '179577360000000060' },
);
const DEAD_LETTER = record(
  { id: 'plant.raw-0-12', stage: 'parse', reason: 'NotUtf8', topic: 'plant.raw', partition: 0, offset: '12' },
  { 'event-id': 'plant.raw-0-12', 'pipeline-run': 'r1' },
);

/** What our own indexing sends for a record: action, with its version as text, and document. */
function ours(given: IncomingRecord, indexedAt: number): { action: object; document: object } {
  const [action = '', document = ''] = bulkBody([toBulkItem(given, { pipeline: 'plant', indexedAt }) as BulkItem])
    .toString()
    .split('\n');
  const exact = action.replace(/"version":(\d+)/, '"version":"$1"');
  return { action: (JSON.parse(exact) as { index: object }).index, document: JSON.parse(document) as object };
}

/** The index that we write a record to where the pipeline indexes by month. */
async function ourMonth(alias: string, given: IncomingRecord): Promise<unknown> {
  const get = (): Promise<unknown> =>
    Promise.resolve({ _source: { by: 'month', from: '2015-01', to: '2049-12' }, _seq_no: 0, _primary_term: 1 });
  const router = await MonthRouter.create({ get } as unknown as Client, 'plant', alias);
  const entry = router.route(given, { pipeline: 'plant', indexedAt: 0 }) as BulkItem;
  return (JSON.parse(entry.head.split('\n')[0] ?? '') as { index: { _index?: string } }).index._index ?? alias;
}

/** The same for what Logstash writes. */
function theirs(written: Written | undefined): { action: object; document: object; indexedAt: number } {
  const { options = {}, document = {} } = written ?? {};
  const { document_id: id, version, version_type: versionType } = options;
  const versioned = version === undefined ? {} : { version, version_type: versionType };
  const { indexedAt } = document['provenance'] as { indexedAt: number };
  return { action: { _id: id, ...versioned }, document, indexedAt };
}

describe('the Logstash pipeline', () => {
  it.each<readonly [string, string, string, IncomingRecord]>([
    ['a reading', topics.enriched, aliases.readings, READING],
    ['a redriven reading', topics.enriched, aliases.readings, REDRIVEN],
    ['a reading with a field called message', topics.enriched, aliases.readings, CALLED_MESSAGE],
    ...OF_NO_TIME.map((given) => ['a reading of no time', topics.enriched, aliases.readings, given] as const),
    ['a window', topics.windows, aliases.windows, WINDOW],
    ['a dead letter', topics.deadLetter, aliases.deadLetters, DEAD_LETTER],
  ])(
    'writes %s under the id, version and index that we write it under, as the same document',
    (_what, topic, alias, given) => {
      const [written, ...more] = runPipeline(sections, ENVIRONMENT, topic, given);
      expect(more).toEqual([]);
      expect(written).toMatchObject({ plugin: 'elasticsearch', options: { action: 'index', index: alias } });
      const { indexedAt, ...sent } = theirs(written);
      expect(sent).toEqual(ours(given, indexedAt));
      expect(Math.abs(Date.now() - indexedAt)).toBeLessThan(60_000);
    },
  );

  it.each([
    ['a reading', topics.enriched, aliases.readings, READING, '2026-05'],
    ['a window', topics.windows, aliases.windows, WINDOW, '2023-11'],
    ['a dead letter', topics.deadLetter, aliases.deadLetters, DEAD_LETTER, undefined],
  ])('writes %s to the index of the month that we write it to', async (_what, topic, alias, given, month) => {
    const byMonth = { ...ENVIRONMENT, PIPELINE_INDEX_BY: 'month' };
    const [written] = runPipeline(sections, byMonth, topic, given);
    expect(written?.options['index']).toBe(month === undefined ? alias : `${alias}-${month}`);
    expect(written?.options['index']).toBe(await ourMonth(alias, given));
    expect(theirs(written).document).toEqual(ours(given, theirs(written).indexedAt).document);
  });

  it.each([
    ['a reading', topics.enriched, READING],
    ['a window', topics.windows, WINDOW],
    ['a dead letter', topics.deadLetter, DEAD_LETTER],
  ])(
    'writes %s with the digest that the proof expects, though not in the order of its fields',
    (_what, topic, given) => {
      const [{ document } = { document: {} }] = runPipeline(sections, ENVIRONMENT, topic, given);
      const value = parseObject(given.value) ?? {};
      const written = Object.keys(document).filter((name) => name in value);
      expect(written).not.toEqual(Object.keys(value));
      expect(documentDigest(document)).toBe(documentDigest(value));
    },
  );

  it.each([
    ['without an id', record({ a: 1 }, { 'pipeline-run': 'r1' })],
    ['that is no object', record('[1]', { 'pipeline-run': 'r1', 'event-id': 'e1' })],
    ['that is no JSON', record('{"a":', { 'pipeline-run': 'r1', 'event-id': 'e1' })],
    ['that is empty', record('', { 'pipeline-run': 'r1', 'event-id': 'e1' })],
  ])('sends no record %s to Elasticsearch, as we send none', (_what, given) => {
    expect(runPipeline(sections, ENVIRONMENT, topics.enriched, given).map(({ plugin }) => plugin)).toEqual(['file']);
  });

  it.each([
    ['an empty id', READING, { 'event-id': '' }, 'BadEventId'],
    ['an id of 514 bytes', READING, { 'event-id': 'é'.repeat(257) }, 'BadEventId'],
    ['a version that is no number', WINDOW, { 'pipeline-version': '60x' }, 'BadVersion'],
    ['a version of two lines', WINDOW, { 'pipeline-version': '60\n61' }, 'BadVersion'],
    ['a version of 19 digits', WINDOW, { 'pipeline-version': '9'.repeat(19) }, 'BadVersion'],
  ])('stores a record with %s in a file, with its place, as we refuse it', (_what, given, changes, reason) => {
    const bytes = Object.entries(changes).map(([name, text]) => [name, Buffer.from(text)] as const);
    const bad = { ...given, headers: { ...given.headers, ...Object.fromEntries(bytes) } };
    expect(toBulkItem(bad, { pipeline: 'plant', indexedAt: 0 })).toMatchObject({ reason });
    const [written, ...more] = runPipeline(sections, ENVIRONMENT, topics.windows, bad);
    expect(more).toEqual([]);
    expect(written).toMatchObject({ plugin: 'file', options: { codec: 'json_lines' } });
    expect(written?.document['refused']).toMatchObject({
      ...{ reason: expect.stringMatching(/^expected /) as string, topic: topics.windows, partition: 3, offset: 41 },
      ...{ headers: changes, value: given.value?.toString() },
    });
  });

  it('stores the bytes of a record that is no JSON with its place', () => {
    const broken = record('{"a":', { 'pipeline-run': 'r1', 'event-id': 'e1' });
    const [written] = runPipeline(sections, ENVIRONMENT, topics.enriched, broken);
    expect(written?.document['refused']).toMatchObject({
      topic: topics.enriched,
      partition: 3,
      offset: 41,
      value: '{"a":',
    });
  });

  it('writes nothing of a record without a value in which no measurement has one, as we write none', async () => {
    const headers = Object.entries({ 'event-id': 'e1', 'pipeline-run': 'r1', 'pipeline-absent': '1' });
    const bytes = Object.fromEntries(headers.map(([name, text]) => [name, Buffer.from(text)]));
    const absent = { ...READING, key: null, value: null, headers: bytes };
    const router = await MonthRouter.create({} as unknown as Client, 'plant', aliases.deadLetters);
    expect(router.route(absent, { pipeline: 'plant', indexedAt: 0 })).toEqual({ record: absent, absent: true });
    expect(runPipeline(sections, ENVIRONMENT, topics.enriched, absent)).toEqual([]);
  });

  it('writes a record with an id of 512 bytes', () => {
    const long = { ...READING, headers: { ...READING.headers, 'event-id': Buffer.from('é'.repeat(256)) } };
    const [written] = runPipeline(sections, ENVIRONMENT, topics.enriched, long);
    expect(written).toMatchObject({ plugin: 'elasticsearch', options: { document_id: 'é'.repeat(256) } });
    expect(written?.document).not.toHaveProperty('refused');
  });

  it('reads the topics from their beginning, with their headers, and commits what is on disk', () => {
    const [input] = sections.filter(({ section }) => section === 'input').flatMap(({ body }) => body as Plugin[]);
    const options = Object.fromEntries(input?.attributes ?? []);
    expect(options).toMatchObject({
      auto_offset_reset: 'earliest',
      decorate_events: 'extended',
      enable_auto_commit: 'false',
    });
    const named = (options['topics'] as string[]).map((topic) => topic.replace('${PIPELINE_NAME}', 'plant'));
    expect(named).toEqual([topics.enriched, topics.windows, topics.deadLetter]);
  });

  it('buffers on disk, keeps rejected events and the order of records, and adds no field of its own', () => {
    expect(parse(readFileSync(join(LOGSTASH, 'logstash.yml'), 'utf8'))).toMatchObject({
      'queue.type': 'persisted',
      'pipeline.workers': 1,
      'dead_letter_queue.enable': true,
      'pipeline.ecs_compatibility': 'disabled',
    });
  });
});

describe('the comparison with our indexing', () => {
  it.each([
    ['another id', '[headers][event-id]}"', '[key]}"'],
    ['another index', 'pipeline.${PIPELINE_NAME}.readings', '${PIPELINE_NAME}.readings'],
    ['a field of Logstash left in', '["@timestamp", "@version"]', '["@timestamp"]'],
    [
      'a provenance field left out',
      '"[provenance][publishedAt]" => "%{[@metadata][kafka][headers][pipeline-raw][2]}"',
      '',
    ],
    ['a number as text', '"[provenance][partition]" => "integer"', ''],
  ])('sees %s', (_what, from, to) => {
    expect(text).toContain(from);
    const mutant = parseConfig(text.replaceAll(from, to));
    const [written] = runPipeline(mutant, ENVIRONMENT, topics.enriched, READING);
    const { indexedAt, ...sent } = theirs(written);
    const index = written?.options['index'];
    expect({ index, ...sent }).not.toEqual({ index: aliases.readings, ...ours(READING, indexedAt) });
  });

  it('detects windows without their version', () => {
    const mutant = parseConfig(text.replace(/ *version(_type)? => .*\n/g, ''));
    const [written] = runPipeline(mutant, ENVIRONMENT, topics.windows, WINDOW);
    const { indexedAt, ...sent } = theirs(written);
    expect(sent).not.toEqual(ours(WINDOW, indexedAt));
  });

  it.each([
    ['filter', 'ruby {', 'grok {'],
    ['option', 'copy =>', 'gsub =>'],
  ])('refuses one %s that it does not know', (_what, from, to) => {
    const mutant = parseConfig(text.replaceAll(from, to));
    expect(() => runPipeline(mutant, ENVIRONMENT, topics.windows, WINDOW)).toThrow(/expected known filters/);
  });
});
