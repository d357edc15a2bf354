import fc from 'fast-check';
import { sliceEnd } from '../../../activities/indexing/index-slice';

const HUGE = 2n ** 62n;

describe('sliceEnd', () => {
  it('covers the log up to the bound without gaps or overlaps, however it grows meanwhile', () => {
    const growth = fc.array(fc.bigInt({ min: 0n, max: 500n }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: HUGE }),
        growth,
        fc.option(fc.bigInt({ min: 0n, max: 3_000n })),
        fc.integer({ min: 1, max: 200 }),
        (first, growing, length, maxRecords) => {
          const until = length === null ? null : String(first + length);
          let next = first;
          let end = first;
          for (const more of growing) {
            end += more;
            const to = BigInt(sliceEnd({ from: String(next), until, maxRecords }, String(end)));
            expect(to >= next && to <= end && to - next <= BigInt(maxRecords)).toBe(true);
            expect(until === null || to <= BigInt(until)).toBe(true);
            // It makes no progress only if nothing is left to read.
            const bound = until !== null && BigInt(until) < end ? BigInt(until) : end;
            expect(to === next).toBe(next === bound);
            next = to;
          }
        },
      ),
    );
  });
});
