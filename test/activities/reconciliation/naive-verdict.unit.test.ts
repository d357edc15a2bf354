import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { DiscrepancyKind } from '../../../activities/contracts/report';
import { FactBuckets } from '../../../activities/reconciliation/fact-buckets';
import { readingDiscrepancies } from '../../../activities/reconciliation/reading-discrepancies';
import type { ReadingFact } from '../../../activities/reconciliation/reading-fact';
import { ReadingState } from '../../../activities/reconciliation/reading-state';
import { ResultCounts } from '../../../activities/reconciliation/result-counts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naive-verdict-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

type Verdict = Readonly<Partial<Record<DiscrepancyKind, number>>>;

/** The same result from the whole list of facts at once, without states, buckets or an order. */
function naiveVerdict(facts: readonly ReadingFact[]): Verdict {
  const verdict: Partial<Record<DiscrepancyKind, number>> = {};
  for (const id of new Set(facts.map((fact) => fact.id))) {
    const own = facts.filter((fact) => fact.id === id);
    for (const kind of naiveKinds(own)) verdict[kind] = (verdict[kind] ?? 0) + 1;
  }
  return verdict;
}

function naiveKinds(facts: readonly ReadingFact[]): DiscrepancyKind[] {
  return NAIVE_RULES.filter(([, applies]) => applies(new FactsOfId(facts))).map(([kind]) => kind);
}

class FactsOfId {
  constructor(private readonly facts: readonly ReadingFact[]) {}

  times(kind: ReadingFact['kind']): number {
    return this.facts.filter((fact) => fact.kind === kind).length;
  }

  on(kind: ReadingFact['kind']): boolean {
    return this.times(kind) > 0;
  }

  contents(kind: ReadingFact['kind']): string[] {
    return [...new Set(this.facts.flatMap((fact) => (fact.kind === kind && 'digest' in fact ? fact.digest : [])))];
  }

  hasLeftSource(): boolean {
    const isPlanId = (fact: ReadingFact) =>
      fact.kind === 'row' || (fact.kind === 'published' && fact.row === undefined);
    return this.facts.some(isPlanId) || this.rejectedBy('source');
  }

  rejectedBy(...stages: string[]): boolean {
    return this.facts.some((fact) => fact.kind === 'deadLetter' && stages.includes(fact.cause?.split(':')[0] ?? ''));
  }
}

const NAIVE_RULES: readonly (readonly [DiscrepancyKind, (facts: FactsOfId) => boolean])[] = [
  ['planned but not published', (s) => s.on('planned') && !s.hasLeftSource()],
  ['published but not planned', (s) => !s.on('planned') && s.hasLeftSource()],
  [
    'published but neither indexed nor a dead letter',
    (s) =>
      s.on('published') &&
      !s.on('indexed') &&
      !s.rejectedBy('index') &&
      !((s.rejectedBy('parse') || s.on('absent')) && !s.on('enriched')),
  ],
  ['enriched but not published', (s) => s.on('enriched') && !s.on('published')],
  ['absent but not published', (s) => s.on('absent') && !s.on('published')],
  ['indexed but not published', (s) => s.on('indexed') && !s.on('published')],
  ['indexed but not enriched', (s) => s.on('indexed') && s.on('published') && !s.on('enriched')],
  ['indexed and a dead letter', (s) => s.on('indexed') && s.rejectedBy('parse', 'source')],
  ['indexed twice', (s) => s.times('indexed') > 1],
  [
    'indexed with other content',
    (s) => {
      const [made, found] = [s.contents('enriched'), s.contents('indexed')];
      return made.length === 1 && found.length === 1 && made[0] !== found[0];
    },
  ],
  ['conflicting content under one id', (s) => s.contents('published').length > 1 || s.contents('enriched').length > 1],
  ['dead letter of nothing published', (s) => !s.on('published') && s.rejectedBy('parse', 'index')],
  ['dead letter not indexed', (s) => s.on('deadLetter') && !s.on('indexedDeadLetter')],
  ['dead letter not published', (s) => !s.on('deadLetter') && s.on('indexedDeadLetter')],
  [
    'dead letter with other content',
    (s) => {
      const shown = s.contents('indexedDeadLetter');
      return s.on('deadLetter') && (shown.length > 1 || shown.some((each) => !s.contents('deadLetter').includes(each)));
    },
  ],
];

async function bucketedVerdict(facts: readonly ReadingFact[], count: number, maxIds: number): Promise<Verdict> {
  const buckets = new FactBuckets<ReadingFact>({ folder: await mkdtemp(join(folder, 'set-')), count, maxIds });
  for (const fact of facts) buckets.append(fact);
  const counts = new ResultCounts();
  for await (const states of buckets.states(() => new ReadingState())) {
    expect(states.size).toBeLessThanOrEqual(maxIds);
    for (const [id, state] of states) counts.addReading(id, state, readingDiscrepancies(state, true));
  }
  const { discrepancies, reconciled } = counts.totals();
  expect(reconciled).toBe(Object.keys(discrepancies).length === 0);
  return discrepancies;
}

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
const digest = fc.constantFrom('x', 'y');
const atMs = fc.nat({ max: 9 });
const fact: fc.Arbitrary<ReadingFact> = fc.oneof(
  fc.record({ kind: fc.constantFrom('planned' as const, 'row' as const), id }),
  fc.record({ kind: fc.constant('absent' as const), id, atMs }),
  fc.record({ kind: fc.constant('published' as const), id, digest }),
  fc.record({ kind: fc.constant('published' as const), id, digest, row: fc.constant('row') }),
  fc.record({ kind: fc.constant('enriched' as const), id, digest, window: fc.constant('d|0'), atMs }),
  fc.record({ kind: fc.constantFrom('indexed' as const, 'indexedDeadLetter' as const), id, digest }),
  fc.record({
    kind: fc.constant('deadLetter' as const),
    id,
    digest,
    atMs,
    cause: fc.constantFrom('source:TooLarge', 'parse:Empty', 'index:document_parsing_exception'),
  }),
);

/** A run without discrepancies. */
const sound: fc.Arbitrary<ReadingFact[]> = fc.uniqueArray(id, { minLength: 1 }).map((ids) =>
  ids.flatMap((each): ReadingFact[] => [
    { kind: 'planned', id: each },
    { kind: 'published', id: each, digest: 'x' },
    { kind: 'enriched', id: each, digest: 'x', window: 'd|0', atMs: 0 },
    { kind: 'indexed', id: each, digest: 'x' },
  ]),
);

describe('the result from facts in buckets', () => {
  it('equals that of a naive model for any facts, order, buckets and memory', async () => {
    const facts = fc
      .tuple(fc.oneof(sound, fc.constant([])), fc.array(fact, { maxLength: 40 }))
      .chain(([base, more]) => fc.shuffledSubarray([...base, ...more], { minLength: base.length + more.length }));
    const memory = fc.record({ count: fc.integer({ min: 1, max: 4 }), maxIds: fc.integer({ min: 1, max: 3 }) });
    await fc.assert(
      fc.asyncProperty(facts, memory, async (given, { count, maxIds }) => {
        expect(await bucketedVerdict(given, count, maxIds)).toEqual(naiveVerdict(given));
      }),
      { numRuns: 80 },
    );
  });

  it('has a discrepancy if any fact of a complete run is missing', async () => {
    await fc.assert(
      fc.asyncProperty(sound, fc.nat(), async (given, position) => {
        expect(await bucketedVerdict(given, 2, 2)).toEqual({});
        const missing = given.filter((_, place) => place !== position % given.length);
        expect(await bucketedVerdict(missing, 2, 2)).not.toEqual({});
      }),
      { numRuns: 30 },
    );
  });
});
