import fc from 'fast-check';
import { bucketIntervalMs } from '../../../workers/page/time-range';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('the length of buckets', () => {
  it.each([
    ['an hour', 60 * MINUTE_MS, MINUTE_MS],
    ['four hours', 240 * MINUTE_MS, 5 * MINUTE_MS],
    ['a day', DAY_MS, 30 * MINUTE_MS],
    ['a year', 366 * DAY_MS, 7 * DAY_MS],
    ['a century', 36_525 * DAY_MS, 609 * DAY_MS],
  ])('of %s is the shortest usual one', (_what, lengthMs, expected) => {
    expect(bucketIntervalMs(lengthMs)).toBe(expected);
  });

  it('results in at most 60 buckets for any time range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 * DAY_MS }), (lengthMs) => {
        expect(lengthMs / bucketIntervalMs(lengthMs)).toBeLessThanOrEqual(60);
      }),
    );
  });
});
