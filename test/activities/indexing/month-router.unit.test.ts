import fc from 'fast-check';
import { monthOf, monthOfIndex, monthsBefore, monthsBetween } from '../../../activities/contracts/event-month';
import { recordMonth } from '../../../activities/indexing/month-router';

const month = (json: string): string | null => recordMonth(Buffer.from(json), 'timestamp');

describe('recordMonth', () => {
  it('returns the same month as a JSON parser, whatever else a record contains', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('"timestamp":"2001-01-01T00:00:00Z"', '\\"timestamp":"', '{'));
    const instant = fc.oneof(
      fc
        .date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((d) => d.toISOString()),
      fc.constantFrom(
        '2026-01-01T00:30:00+02:00',
        '2026-01-31T23:30:00-0100',
        'yesterday',
        1_710_000_000_123,
        null,
        true,
      ),
    );
    const record = fc.record(
      { id: text, labels: fc.dictionary(text, text), timestamp: instant, text },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(record, fc.boolean(), (value, isSpaced) => {
        const json = JSON.stringify(value, null, isSpaced ? 1 : undefined);
        expect(month(json)).toBe(monthOf(value.timestamp));
      }),
    );
  });

  it.each([
    [
      'a label of that name',
      '{"labels":{"timestamp":"2001-01-01T00:00:00Z"},"timestamp":"2026-05-01T00:00:00Z"}',
      '2026-05',
    ],
    ['a zone', '{"timestamp":"2026-05-01T00:30:00+02:00"}', '2026-04'],
    ['no field of that name', '{"labels":{"timestamp":"2001-01-01T00:00:00Z"}}', null],
    [
      'a key that only ends so',
      '{"\\"timestamp":"2001-01-01T00:00:00Z","timestamp":"2026-05-01T00:00:00Z"}',
      '2026-05',
    ],
    ['no JSON', '{"timestamp"', null],
    ['another kind of value', '[]', null],
  ])('is not misled by %s', (_what, json, expected) => {
    expect(month(json)).toBe(expected);
  });
});

describe('months', () => {
  it('are counted back over years', () => {
    expect([0, 1, 10, 11, 23, -2].map((count) => monthsBefore('2026-11', count))).toEqual([
      ...['2026-11', '2026-10', '2026-01', '2025-12', '2024-12', '2027-01'],
    ]);
  });

  it('are listed with both ends, up to the last month there is', () => {
    expect(monthsBetween('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(monthsBetween('2026-02', '2026-02')).toEqual(['2026-02']);
    expect(monthsBetween('9999-11', '9999-12')).toEqual(['9999-11', '9999-12']);
  });

  it('are parsed from the names of monthly indices only', () => {
    expect(monthOfIndex('pipeline.p.readings', 'pipeline.p.readings-2026-11')).toBe('2026-11');
    for (const index of [
      'pipeline.p.readings-2026-13',
      'pipeline.p.readings-1a2b3c4d',
      'pipeline.q-p.readings-2026-11',
      'pipeline.p.readings-x-2026-11',
    ]) {
      expect(monthOfIndex('pipeline.p.readings', index)).toBeNull();
    }
  });
});
