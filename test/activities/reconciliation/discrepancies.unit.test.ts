import fc from 'fast-check';
import type { DiscrepancyKind } from '../../../activities/contracts/report';
import { readingDiscrepancies } from '../../../activities/reconciliation/reading-discrepancies';
import type { ReadingFact } from '../../../activities/reconciliation/reading-fact';
import { ReadingState } from '../../../activities/reconciliation/reading-state';
import { ResultCounts } from '../../../activities/reconciliation/result-counts';

const id = 'a';
const planned: ReadingFact = { kind: 'planned', id };
const published: ReadingFact = { kind: 'published', id, digest: 'raw' };
const ofRow = (row: string) => ({ kind: 'published', id, digest: 'raw', row }) as const;
const enriched: ReadingFact = { kind: 'enriched', id, digest: 'x', window: 'd|0', atMs: 5 };
const indexed: ReadingFact = { kind: 'indexed', id, digest: 'x' };
const absent: ReadingFact = { kind: 'absent', id, atMs: 5 };
const byOther: ReadingFact = { kind: 'foreign', id, digest: 'x', window: 'd|0', atMs: 6 };
const byEarlier: ReadingFact = { ...byOther, atMs: 4 };
const letterOf = (atMs: number): ReadingFact => ({ kind: 'foreignDeadLetter', id, digest: 'other', atMs });
const redriven: ReadingFact = { ...indexed, redriven: true };
const deadLetter = (stage: string, digest = stage): ReadingFact => ({
  kind: 'deadLetter',
  id,
  digest,
  cause: `${stage}:Bad`,
  atMs: 5,
});
const indexedDeadLetter = (digest: string): ReadingFact => ({ kind: 'indexedDeadLetter', id, digest });
const both = (stage: string): ReadingFact[] => [deadLetter(stage), indexedDeadLetter(stage)];

function stateOf(facts: readonly ReadingFact[]): ReadingState {
  const state = new ReadingState();
  for (const fact of facts) state.add(fact);
  return state;
}

function kinds(facts: readonly ReadingFact[]): DiscrepancyKind[] {
  return readingDiscrepancies(stateOf(facts), true);
}

describe('the discrepancies of a reading', () => {
  it.each<[string, ReadingFact[]]>([
    ['went through', [planned, published, enriched, indexed]],
    ['has no value', [planned, published, absent, published, absent]],
    ['has a value in a document under its id', [planned, published, absent, enriched, indexed]],
    ['was repeated on the way', [planned, published, published, enriched, enriched, indexed]],
    ['could not be published', [planned, ...both('source')]],
    ['could not be parsed', [planned, published, ...both('parse')]],
    ['could not be indexed', [planned, published, enriched, ...both('index')]],
    ['was overwritten by a later run', [planned, published, enriched, byOther]],
    ['could not be parsed by this run, but by a later one', [planned, published, ...both('parse'), byOther]],
    ['is a dead letter that a later run wrote again', [planned, published, deadLetter('parse'), letterOf(6)]],
    ['could not be indexed by this run, but by another one', [planned, published, enriched, byOther, ...both('index')]],
    ['could not be indexed at first', [planned, published, enriched, indexed, ...both('index')]],
    ['could not be parsed at first', [planned, published, ...both('parse'), published, enriched, redriven]],
    ['was redriven and refused again', [planned, published, ...both('parse'), published, deadLetter('parse', 'y')]],
    ['is a dead letter of another run', [{ ...published, ofAnotherRun: true }, enriched, redriven]],
    ['is a row that brings another event id', [planned, { kind: 'row', id }]],
    ['is the event id of rows with other ids', [ofRow('b'), ofRow('c'), enriched, indexed]],
    ['has two dead letters, of two copies', [planned, published, deadLetter('parse', 'y'), ...both('parse')]],
  ])('are none when it %s', (_, facts) => {
    expect(kinds(facts)).toEqual([]);
  });

  it.each<[DiscrepancyKind, ReadingFact[]]>([
    ['planned but not published', [planned]],
    ['published but not planned', [published, enriched, indexed]],
    ['published but not planned', [...both('source')]],
    ['published but not planned', [{ kind: 'row', id }]],
    ['planned but not published', [planned, ofRow('b'), enriched, indexed]],
    ['conflicting content under one id', [ofRow('b'), { ...ofRow('c'), digest: 'z' }, enriched, indexed]],
    ['published but neither indexed nor a dead letter', [planned, published]],
    ['published but neither indexed nor a dead letter', [planned, published, enriched]],
    ['published but neither indexed nor a dead letter', [planned, published, enriched, ...both('parse')]],
    ['published but neither indexed nor a dead letter', [planned, published, ...both('source')]],
    ['published but neither indexed nor a dead letter', [planned, published, absent, enriched]],
    ['absent but not published', [planned, ...both('source'), absent]],
    ['indexed but not enriched', [planned, published, absent, indexed]],
    ['indexed but not enriched', [planned, published, indexed]],
    ['indexed and a dead letter', [planned, published, enriched, indexed, ...both('parse')]],
    ['indexed and a dead letter', [planned, ...both('source'), published, enriched, redriven]],
    ['published but not planned', [published, enriched, redriven]],
    ['published but neither indexed nor a dead letter', [planned, published, ...both('parse'), published, enriched]],
    ['indexed but not enriched', [planned, published, ...both('parse'), redriven]],
    ['indexed twice', [planned, published, enriched, indexed, indexed]],
    ['indexed with other content', [planned, published, enriched, { ...indexed, digest: 'y' }]],
    ['indexed with other content', [planned, published, enriched, { ...byOther, digest: 'y' }]],
    ['indexed twice', [planned, published, enriched, indexed, byOther]],
    ['published but neither indexed nor a dead letter', [planned, published, byOther]],
    ['indexed by an earlier run but rejected by this one', [planned, published, ...both('parse'), byEarlier]],
    ['indexed by an earlier run but rejected by this one', [planned, ...both('source'), byEarlier]],
    ['indexed by an earlier run but rejected by this one', [planned, published, absent, byEarlier]],
    ['dead letter not indexed', [planned, published, deadLetter('parse'), letterOf(4)]],
    ['conflicting content under one id', [planned, published, { ...published, digest: 'z' }, enriched, indexed]],
    ['conflicting content under one id', [planned, published, enriched, { ...enriched, digest: 'y' }, indexed]],
    ['dead letter not indexed', [planned, published, deadLetter('parse')]],
    ['dead letter not published', [planned, published, enriched, indexed, indexedDeadLetter('parse')]],
    ['dead letter with other content', [planned, published, deadLetter('parse'), indexedDeadLetter('y')]],
    [
      'dead letter with other content',
      [planned, published, deadLetter('parse', 'x'), deadLetter('parse'), indexedDeadLetter('y')],
    ],
  ])('are found for being %s', (kind, facts) => {
    expect(kinds(facts)).toEqual([kind]);
  });

  it('say nothing about a document of another run, which counts in its window unless this run has the reading', () => {
    const [alone, overwritten] = [stateOf([byOther]), stateOf([published, enriched, byOther])];
    expect([alone.inRange, alone.windowOfOthers]).toEqual([false, 'd|0']);
    expect([overwritten.window, overwritten.windowOfOthers]).toEqual(['d|0', null]);
  });

  it('are those of what the latest of the other runs made of a record of which this run made nothing', () => {
    const [byFirst, bySecond] = [
      { ...enriched, byRun: 'r1', atMs: 1, digest: 'old' },
      { ...enriched, byRun: 'r2', atMs: 2 },
    ];
    const adopted = (...facts: ReadingFact[]): DiscrepancyKind[] => {
      const state = stateOf([published, ...facts]);
      state.adoptOtherRuns();
      return readingDiscrepancies(state, false);
    };
    const neither = 'published but neither indexed nor a dead letter';
    expect(adopted(bySecond, byFirst, byOther)).toEqual([]);
    expect(adopted(bySecond, byFirst)).toEqual([neither]);
    expect(adopted(bySecond, byFirst, { ...byOther, digest: 'old' })).toEqual(['indexed with other content']);
    expect(adopted(byFirst, enriched, indexed)).toEqual([]);
    const letter = { ...deadLetter('parse'), byRun: 'r1' };
    expect(adopted(letter)).toEqual(['dead letter not indexed']);
    expect(adopted(letter, { ...letterOf(5), digest: 'parse' } as ReadingFact)).toEqual([]);
    expect(adopted({ ...absent, byRun: 'r1' })).toEqual([]);
  });

  it('are found for everything that was made from nothing', () => {
    expect(kinds([planned, enriched, indexed])).toEqual([
      'planned but not published',
      'enriched but not published',
      'indexed but not published',
    ]);
    expect(readingDiscrepancies(stateOf(both('parse')), false)).toEqual(['dead letter of nothing published']);
  });

  it('do not depend on the order of facts', () => {
    const any = fc.constantFrom(
      ...[planned, published, enriched, absent, indexed, ...both('source'), ...both('parse'), ...both('index')],
      ...[
        { ...published, digest: 'z' },
        { ...enriched, digest: 'y', window: 'd|9' },
        { ...indexed, digest: 'y' },
        redriven,
        ...[byOther, byEarlier, letterOf(4), letterOf(6)],
        ...['r1', 'r2'].map((byRun) => ({ ...enriched, byRun, digest: byRun })),
        { ...published, ofAnotherRun: true } as const,
        { kind: 'row', id } as const,
        ofRow('b'),
      ],
    );
    const orders = fc
      .array(any, { maxLength: 8 })
      .chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })));
    fc.assert(
      fc.property(orders, ([one, other]) => {
        const [first, second] = [stateOf(one), stateOf(other)];
        for (const state of [first, second]) state.adoptOtherRuns();
        expect(second).toEqual(first);
        expect(readingDiscrepancies(second, true)).toEqual(readingDiscrepancies(first, true));
      }),
    );
  });
});

describe('ResultCounts', () => {
  it('counts as repeats what has the id of an earlier record or rejected row', () => {
    const counts = new ResultCounts();
    counts.addReading('a', stateOf([planned, published, published, published, enriched, indexed]), []);
    counts.addReading('b', stateOf([planned, deadLetter('source'), deadLetter('source', 'y')]), []);
    expect(counts.totals()).toMatchObject({ planned: 2, published: 1, repeats: 3, deadLetters: 1 });
  });

  it('keeps the same hundred examples in any order, some of every kind', () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => `id-${String(n).padStart(4, '0')}`);
    const examplesOf = (order: readonly string[]) => {
      const counts = new ResultCounts();
      for (const each of order) {
        const lost = readingDiscrepancies(stateOf(each === 'id-0777' ? [planned] : [planned, published]), true);
        counts.addReading(each, stateOf([]), lost);
      }
      return counts.totals();
    };
    const { examples, discrepancies } = examplesOf(ids);
    expect(examples).toHaveLength(100);
    expect(examples).toContainEqual({ kind: 'planned but not published', id: 'id-0777' });
    expect(discrepancies).toEqual({
      'planned but not published': 1,
      'published but neither indexed nor a dead letter': 999,
    });
    expect(examplesOf([...ids].reverse()).examples).toEqual(examples);
  });
});
