import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { PROCESSING } from '../../../activities/preparation/parse-input';
import { expectOutcome } from './expect-outcome';
import { judge, STARTED_AT, type RawRecord } from './judged-records';
import { CASE_FIELDS, CASE_INDEX, CASE_MEASUREMENTS } from './parse-case';
import { PARSE_CASES } from './parse-cases';
import { idOf, planOf, type Written } from './spark-run';

const FUZZED_RECORDS = 10_000;
const plan = {
  ...planOf('judged', {
    source: { kind: 'file', path: '/none', format: 'csv', fields: CASE_FIELDS },
    measurements: CASE_MEASUREMENTS,
    index: CASE_INDEX,
  }),
  startedAt: STARTED_AT,
};

describe('the table of parse cases', () => {
  let lines: readonly string[];
  let written: readonly Written[];
  beforeAll(() => {
    const records = PARSE_CASES.map(({ name, value, headers = { 'event-id': name } }) => ({
      key: name,
      value,
      headers,
    }));
    ({ lines, written } = judge(plan, records));
  });

  it.each(PARSE_CASES.map((parseCase) => [parseCase.name, parseCase] as const))('decides %s', (_, parseCase) => {
    const deadLetters = written.filter(({ value }) => 'reason' in value);
    expectOutcome(parseCase, { enriched: written.filter((record) => !deadLetters.includes(record)), deadLetters });
  });

  it('names the schema and the likely kind of a value in the framing of a schema registry', () => {
    const detailOf = (name: string) => written.find(({ key }) => key === name)?.value['detail'];
    const framing = 'expected one JSON object, got a value in the framing of a schema registry with schema id';
    expect(detailOf('framed-avro')).toBe(
      `${framing} 42, Avro or Protobuf; if it is Avro, set source.format to avro; else let its producer write plain JSON`,
    );
    expect(detailOf('framed-json-schema')).toBe(
      `${framing} 70000, likely JSON Schema; let its producer write plain JSON`,
    );
  });

  it('has the answers that the processing version stands for', () => {
    // The run is another one each time.
    const answers = lines.join('\n').replaceAll(Buffer.from(plan.run).toString('base64'), 'run');
    const answersSha256 = createHash('sha256').update(answers).digest('hex');
    // If this fails on purpose: count PROCESSING.version up, so that old checkpoints are left alone, and set the digest.
    expect({ ...PROCESSING, answersSha256 }).toEqual(PROCESSING);
  });
});

describe('a record that becomes larger than its topic accepts', () => {
  const members = (text: string): string =>
    JSON.stringify({ origin: 'd', time: '2026-10-31T12:00:00Z', temp: 20, humid: 50, text });
  const record = (key: string, text: string): RawRecord => ({
    key,
    value: members(text),
    headers: { 'event-id': text[0] ?? '' },
  });

  it('is the dead letter TooLarge with the beginning of its original, and the next one is read', () => {
    const large = record('k', 'x'.repeat(5_000_000));
    const { written } = judge(plan, [large, record('k', 'y')]);
    const [deadLetter, reading] = written;
    expect(deadLetter).toMatchObject({
      key: 'k',
      value: { id: 'x', reason: 'TooLarge', originalLength: large.value?.length },
    });
    expect(Buffer.from(String(deadLetter?.value['original']), 'base64').toString()).toBe(
      String(large.value).slice(0, 262_144),
    );
    expect(reading?.value).toMatchObject({ id: 'y', text: 'y' });
  });

  it('is a dead letter without its key if that is too large', () => {
    const { written } = judge(plan, [{ key: 'k'.repeat(5_000_000), value: '{', headers: {} }]);
    expect(written).toMatchObject([{ key: '', value: { reason: 'NotAReading' } }]);
  });
});

describe('any record', () => {
  const json = fc.json({ maxDepth: 4 });
  const field = fc.oneof(json, fc.constantFrom('1e999', '-0', '01', 'NaN', '"21.5"', '9007199254740993', '"\\ud800"'));
  const name = fc.oneof(fc.constantFrom('origin', 'time', 'temp', 'humid', 'eventId', 'text'), fc.string());
  const object = fc
    .array(fc.tuple(name, field), { maxLength: 8 })
    .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`);
  const bytes = fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array));
  const damaged = fc
    .tuple(object, fc.nat(), bytes)
    .map(([text, at, inserted]) => insert(Buffer.from(text), at % (text.length + 1), inserted));
  const value: fc.Arbitrary<RawRecord['value']> = fc.oneof(object, json, damaged, bytes, fc.constant(null));
  const header = fc.option(bytes, { nil: undefined });

  it('becomes exactly one record under a usable id, and a dead letter keeps its bytes', () => {
    const records = fc
      .sample(fc.record({ value, header }), FUZZED_RECORDS)
      .map(({ value: given, header: id }): RawRecord => ({
        ...{ key: null, value: given },
        headers: id === undefined ? {} : { 'event-id': id },
      }));
    const { written } = judge(plan, records);
    expect(written).toHaveLength(records.length);
    for (const [offset, record] of written.entries()) {
      const id = idOf(record);
      if (!('pipeline-absent' in record.headers)) expect(record.value['id']).toBe(id);
      expect(Buffer.byteLength(id)).toBeGreaterThan(0);
      if (!('reason' in record.value)) continue;
      expect(record.value).toMatchObject({ offset: String(offset), detail: expect.any(String) as string });
      const original = Buffer.from(records[offset]?.value ?? '').toString('base64');
      expect(record.value['original']).toBe(original);
    }
  }, 300_000);
});

function insert(bytes: Buffer, at: number, inserted: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
}
