import fc from 'fast-check';
import { bucketIntervalMs } from '../../../workers/page/bucket-interval';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('the length of buckets', () => {
  it.each([
    ['an hour', 60 * MINUTE_MS, MINUTE_MS],
    ['four hours', 240 * MINUTE_MS, 5 * MINUTE_MS],
    ['a day', DAY_MS, 30 * MINUTE_MS],
    ['a year', 366 * DAY_MS, 7 * DAY_MS],
    ['a century', 36_525 * DAY_MS, 609 * DAY_MS],
  ])('of %s is the shortest usual one', (_what, stretchMs, expected) => {
    expect(bucketIntervalMs(stretchMs)).toBe(expected);
  });

  it('makes at most 60 of any stretch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 * DAY_MS }), (stretchMs) => {
        expect(stretchMs / bucketIntervalMs(stretchMs)).toBeLessThanOrEqual(60);
      }),
    );
  });
});
