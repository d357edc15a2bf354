import fc from 'fast-check';
import { FactChecksum } from '../../../activities/reconciliation/fact-checksum';

function textOf(facts: readonly object[], before = new FactChecksum()): string {
  for (const fact of facts) before.add(fact);
  return before.text;
}

describe('FactChecksum', () => {
  const facts = fc.array(fc.record({ id: fc.string({ maxLength: 2 }), digest: fc.nat(3) }), { minLength: 1 });

  it('is the same for the same facts in any order, also when it is taken up in between', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (all, cut) => {
        const first = all.slice(0, cut % all.length);
        const rest = all.slice(first.length);
        expect(textOf(rest, new FactChecksum(textOf(first)))).toBe(textOf([...all].reverse()));
      }),
    );
  });

  it('is another one with another fact, one more or one less', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const [first = {}, ...rest] = all;
        const others = [rest, [...all, first], [{ ...first, digest: -1 }, ...rest]];
        for (const other of others) expect(textOf(other)).not.toBe(textOf(all));
      }),
    );
  });
});
