import fc from 'fast-check';
import { AcknowledgedPrefix } from '../../../activities/indexing/acknowledged-prefix';

describe('AcknowledgedPrefix', () => {
  it('passes every request once, in the order of sending, whatever the order of the answers', () => {
    const orders = fc
      .integer({ min: 1, max: 30 })
      .chain((size) => fc.shuffledSubarray([...Array(size).keys()], { minLength: size }));
    fc.assert(
      fc.property(orders, (order) => {
        const prefix = new AcknowledgedPrefix<number>();
        const sent = order.map(() => prefix.sent());
        const passed: number[] = [];
        const answered = new Set<number>();
        for (const number of order) {
          answered.add(number);
          passed.push(...prefix.acknowledged(number, number));
          // All that is answered without a gap is passed, and nothing beyond the first gap.
          expect(passed).toEqual(sent.slice(0, passed.length));
          expect(answered.has(passed.length)).toBe(false);
        }
        expect(passed).toEqual(sent);
      }),
    );
  });
});
