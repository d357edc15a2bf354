import { spliceFailures } from './bulk-exchange';
import { compare } from './oracle';

const published = ['a', 'b', 'c', 'c', 'd'].map((id) => ({ id, n: 1 }));
const document = (id: string, n = 1) => ({ provenance: { run: 'r' }, id, n });
const all = ['a', 'b', 'c'].map((id) => document(id));
const letter = { id: 'd', stage: 'index' };

describe('the oracle', () => {
  it('finds nothing where every id ended once, with repeats and dead letters counted', () => {
    expect(compare(published, all, [letter])).toEqual({ lost: [], twice: [], altered: [], records: 5, deadRecords: 1 });
  });

  it.each([
    ['a document that is gone', all.slice(1), [letter], { lost: ['a'] }],
    ['a dead letter that is gone', all, [], { lost: ['d'] }],
    ['a document twice', [...all, document('b')], [letter], { twice: ['b'] }],
    ['a document that is a dead letter too', [...all, document('d')], [letter], { twice: ['d'] }],
    ['a document with other content', [...all.slice(1), document('a', 2)], [letter], { altered: ['a'] }],
    ['a document of nothing published', [...all, document('x')], [letter], { altered: ['x'] }],
  ])('finds %s', (_what, documents, letters, found) => {
    expect(compare(published, documents, letters)).toMatchObject(found);
  });
});

describe('the answer of a faulty Elasticsearch', () => {
  it('has the failures at their positions between the real results', () => {
    const busy = { status: 429, type: 'busy' };
    const real = JSON.stringify({ errors: false, items: [{ index: { status: 200 } }, { index: { status: 201 } }] });
    const { errors, items } = JSON.parse(spliceFailures(real, [null, busy, null])) as {
      errors: boolean;
      items: { index: { status: number } }[];
    };
    expect(errors).toBe(true);
    expect(items.map(({ index }) => index.status)).toEqual([200, 429, 201]);
  });
});
