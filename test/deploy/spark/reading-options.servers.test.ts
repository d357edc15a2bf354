import { judge, judgeEach, STARTED_AT, type JudgedBatch, type RawRecord } from './judged-records';
import { OPTION_SETS } from './option-cases';
import { PLACE_SETS } from './place-cases';
import { planOf, type Written } from './spark-run';

function batch(records: readonly Partial<RawRecord>[], source: object = {}, input: object = {}): JudgedBatch {
  const given = { ...input, source: { kind: 'topic', topic: 'plant.readings', ...source } };
  return {
    plan: { ...planOf('options', given), startedAt: STARTED_AT },
    records: records.map((record) => ({ key: null, value: null, headers: {}, ...record })),
  };
}

const MS_OF_SECONDS = 1_767_600_000;
const IMPLAUSIBLE = [0, 1, MS_OF_SECONDS, MS_OF_SECONDS * 1_000_000, Date.parse('2100-01-01T00:00:00Z')];
const YEARS = [...IMPLAUSIBLE, Date.parse('2020-01-01T00:00:00Z')];

function readings(timestamp: string, published: readonly number[]): Partial<RawRecord>[] {
  const value = JSON.stringify({ deviceId: 'clock', timestamp, temperature: 20.5 });
  return published.map((publishedMs) => ({ value, publishedMs }));
}

const BATCHES = {
  ...Object.fromEntries(
    Object.entries(OPTION_SETS).map(([name, { options, cases }]) => [
      name,
      batch(
        cases.map(([record]) => ({ value: JSON.stringify(record) })),
        options,
      ),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(PLACE_SETS).map(([name, { source, input, cases }]) => [
      name,
      batch(
        cases.map(([record]) => ({ ...record, value: JSON.stringify(record.value) })),
        source,
        input,
      ),
    ]),
  ),
  past: batch(readings('2026-01-05T00:00:00Z', YEARS)),
  future: batch(readings('2026-10-31T00:05:01Z', IMPLAUSIBLE)),
  following: batch(
    ['2026-10-30T23:51:00Z', '2026-10-30T23:49:00Z'].flatMap((timestamp) => readings(timestamp, IMPLAUSIBLE)),
    { follow: true },
  ),
};

let judged: ReadonlyMap<string, readonly Written['value'][]>;
beforeAll(() => {
  const judgements = judgeEach(Object.values(BATCHES));
  const names = Object.keys(BATCHES);
  judged = new Map(judgements.map(({ written }, index) => [names[index] ?? '', written.map(contentOf)]));
});

/** Marks a record without a value, in which no measurement has one. */
function contentOf({ value, headers }: Written): Written['value'] {
  return 'pipeline-absent' in headers ? { absent: true } : value;
}

describe('the options of a source', () => {
  it.each(Object.entries(OPTION_SETS))('read %s', (name, { cases }) => {
    const found = judged
      .get(name)
      ?.map(({ timestamp, temperature, humidity, reason, detail, absent }) =>
        reason === undefined ? { timestamp, temperature, humidity, absent } : { reason, detail },
      );
    const expected = cases.map(([, { detail, ...fields }]) =>
      detail === undefined ? fields : { ...fields, detail: expect.stringContaining(detail) as string },
    );
    expect(found).toEqual(expected);
  });

  it('stop the start if a pattern is none, and name it', () => {
    const fields = { timestamp: { column: 'timestamp', format: 'yyyy-MM-dd V' } };
    const { plan, records } = batch([{ value: '{}' }], { fields });
    expect(() => judge(plan, records)).toThrow(/source\.fields\.timestamp\.format.*yyyy-MM-dd V/);
  });
});

describe('the places of fields', () => {
  it.each(Object.entries(PLACE_SETS))('read %s', (name, { cases }) => {
    expect(judged.get(name)).toMatchObject(cases.map(([, becomes]) => becomes));
  });
});

describe('Kafka time', () => {
  it('of zero, in seconds, in microseconds or of the past kills no reading of the past', () => {
    const expected = { timestamp: '2026-01-05T00:00:00.000000Z', temperature: 20.5 };
    expect(judged.get('past')).toEqual(YEARS.map(() => expect.objectContaining(expected) as object));
  });

  it('that is not plausible lets no reading from the future pass', () => {
    expect(judged.get('future')?.map(({ reason }) => reason)).toEqual(IMPLAUSIBLE.map(() => 'FromTheFuture'));
  });

  it('that is not plausible makes a reading of the time of the run neither late nor punctual by itself', () => {
    const late = judged.get('following')?.map(({ late: flag }) => flag);
    expect(late).toEqual([...IMPLAUSIBLE.map(() => undefined), ...IMPLAUSIBLE.map(() => true)]);
  });
});
