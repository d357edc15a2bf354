import { judge, STARTED_AT, type RawRecord } from './judged-records';
import { OPTION_SETS } from './option-cases';
import { planOf, type Written } from './spark-run';

function judged(source: object, records: readonly Omit<RawRecord, 'key' | 'headers'>[]): Written['value'][] {
  const plan = { ...planOf('options', { source: { kind: 'topic', topic: 'x', ...source } }), startedAt: STARTED_AT };
  const { written } = judge(
    plan,
    records.map((record) => ({ key: null, headers: {}, ...record })),
  );
  return written.map(({ value }) => value);
}

describe('the options of a source', () => {
  it.each(Object.entries(OPTION_SETS))('read %s', (_, { options, cases }) => {
    const values = judged(
      options,
      cases.map(([record]) => ({ value: JSON.stringify(record) })),
    );
    const found = values.map(({ timestamp, temperature, humidity, reason, detail }) =>
      reason === undefined ? { timestamp, temperature, humidity } : { reason, detail },
    );
    const expected = cases.map(([, { detail, ...fields }]) =>
      detail === undefined ? fields : { ...fields, detail: expect.stringContaining(detail) as string },
    );
    expect(found).toEqual(expected);
  });

  it('stop the start if a pattern is none, and name it', () => {
    const fields = { timestamp: { column: 'timestamp', format: 'yyyy-MM-dd V' } };
    expect(() => judged({ fields }, [{ value: '{}' }])).toThrow(/source\.fields\.timestamp\.format.*yyyy-MM-dd V/);
  });
});

describe('Kafka time', () => {
  const MS_OF_SECONDS = 1_767_600_000;
  const IMPLAUSIBLE = [0, 1, MS_OF_SECONDS, MS_OF_SECONDS * 1_000_000, Date.parse('2100-01-01T00:00:00Z')];
  const reading = (timestamp: string) => JSON.stringify({ deviceId: 'clock', timestamp, temperature: 20.5 });

  it('of zero, in seconds, in microseconds or of the past kills no reading of the past', () => {
    const years = [...IMPLAUSIBLE, Date.parse('2020-01-01T00:00:00Z')];
    const value = reading('2026-01-05T00:00:00Z');
    const values = judged(
      {},
      years.map((publishedMs) => ({ value, publishedMs })),
    );
    const expected = { timestamp: '2026-01-05T00:00:00.000000Z', temperature: 20.5 };
    expect(values).toEqual(years.map(() => expect.objectContaining(expected) as object));
  });

  it('that is not plausible lets no reading from the future pass', () => {
    const values = judged(
      {},
      IMPLAUSIBLE.map((publishedMs) => ({ value: reading('2026-10-31T00:05:01Z'), publishedMs })),
    );
    expect(values.map(({ reason }) => reason)).toEqual(IMPLAUSIBLE.map(() => 'FromTheFuture'));
  });

  it('that is not plausible makes a reading of the time of the run neither late nor punctual by itself', () => {
    const times = ['2026-10-30T23:51:00Z', '2026-10-30T23:49:00Z'];
    const records = times.flatMap((time) => IMPLAUSIBLE.map((publishedMs) => ({ value: reading(time), publishedMs })));
    const late = judged({ follow: true }, records).map(({ late: flag }) => flag);
    expect(late).toEqual([...IMPLAUSIBLE.map(() => undefined), ...IMPLAUSIBLE.map(() => true)]);
  });
});
