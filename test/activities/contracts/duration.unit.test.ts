import fc from 'fast-check';
import { durationFrom, durationMs } from '../../../activities/contracts/duration';

const UNITS = { ms: 1, s: 1_000, seconds: 1_000, m: 60_000, minute: 60_000, hours: 3_600_000, d: 86_400_000 };
const TEN_YEARS_MS = 3_653 * 86_400_000;

describe('a duration', () => {
  it('is accepted from the smallest one to ten years, whatever its unit', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(400_000), fc.nat({ max: 10 ** 15 })),
        fc.constantFrom(...Object.entries(UNITS)),
        fc.constantFrom(0, 1, 1_000),
        (amount, [unit, unitMs], minMs) => {
          const ms = amount * unitMs;
          expect(durationMs(`${amount} ${unit}`)).toBe(ms);
          expect(durationFrom(minMs).safeParse(`${amount}${unit}`).success).toBe(ms >= minMs && ms <= TEN_YEARS_MS);
        },
      ),
    );
  });

  it.each(['', '5', 'minutes', '-1 s', '1.5 s', '1e3 s', '1 fortnight', ' 1 s', '1  s', 5, null])(
    'is not %j',
    (value) => {
      const { error } = durationFrom(0).safeParse(value);
      expect(error?.issues).toHaveLength(1);
    },
  );
});
