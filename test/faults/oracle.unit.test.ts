import { insertFailures } from './bulk-exchange';
import { compare } from './oracle';

const published = ['a', 'b', 'c', 'c', 'd'].map((id) => ({ id, n: 1 }));
const document = (id: string, n = 1) => ({ provenance: { run: 'r' }, id, n });
const all = ['a', 'b', 'c'].map((id) => document(id));
const deadLetter = { id: 'd', stage: 'index' };

describe('the oracle', () => {
  it('finds nothing if every id ended once, and counts repeats and dead letters', () => {
    expect(compare(published, all, [deadLetter])).toEqual({
      lost: [],
      twice: [],
      altered: [],
      records: 5,
      deadRecords: 1,
    });
  });

  it.each([
    ['a missing document', all.slice(1), [deadLetter], { lost: ['a'] }],
    ['a missing dead letter', all, [], { lost: ['d'] }],
    ['a document that is indexed twice', [...all, document('b')], [deadLetter], { twice: ['b'] }],
    ['a document that is also a dead letter', [...all, document('d')], [deadLetter], { twice: ['d'] }],
    ['a document with other content', [...all.slice(1), document('a', 2)], [deadLetter], { altered: ['a'] }],
    ['a document that was never published', [...all, document('x')], [deadLetter], { altered: ['x'] }],
  ])('finds %s', (_what, documents, deadLetters, found) => {
    expect(compare(published, documents, deadLetters)).toMatchObject(found);
  });
});

describe('insertFailures', () => {
  it('puts the failures at their positions between the real results', () => {
    const busy = { status: 429, type: 'busy' };
    const real = JSON.stringify({ errors: false, items: [{ index: { status: 200 } }, { index: { status: 201 } }] });
    const { errors, items } = JSON.parse(insertFailures(real, [null, busy, null])) as {
      errors: boolean;
      items: { index: { status: number } }[];
    };
    expect(errors).toBe(true);
    expect(items.map(({ index }) => index.status)).toEqual([200, 429, 201]);
  });
});
