import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FactBuckets } from '../../../activities/reconciliation/fact-buckets';

interface WeightFact {
  readonly id: string;
  readonly weight: number;
}

class Sum {
  weight = 0;
  add({ weight }: WeightFact): void {
    this.weight += weight;
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fact-buckets-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function sums(facts: readonly WeightFact[], count: number, maxIds: number): Promise<ReadonlyMap<string, number>> {
  const inner = await mkdtemp(join(folder, 'set-'));
  const buckets = new FactBuckets<WeightFact>({ folder: inner, count, maxIds });
  for (const fact of facts) buckets.append(fact);
  const found = new Map<string, number>();
  for await (const states of buckets.states(() => new Sum())) {
    expect(states.size).toBeLessThanOrEqual(maxIds);
    for (const [id, { weight }] of states) {
      expect(found.has(id)).toBe(false);
      found.set(id, weight);
    }
  }
  expect((await filesIn(inner)).length).toBeLessThanOrEqual(count);
  return found;
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('FactBuckets', () => {
  const facts = fc.array(fc.record({ id: fc.string({ unit: 'grapheme', maxLength: 4 }), weight: fc.nat(9) }), {
    maxLength: 60,
  });

  it('combines all facts of an id exactly once, for any order, number of buckets and memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        facts,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        async (facts, count, maxIds) => {
          const expected = new Map<string, number>();
          for (const { id, weight } of facts) expected.set(id, (expected.get(id) ?? 0) + weight);
          expect(await sums([...facts].reverse(), count, maxIds)).toEqual(expected);
          expect(await sums(facts, count + 3, 1_000)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('accepts facts of every size, with line breaks', async () => {
    const long = { id: 'é\n'.repeat(20_000), weight: 2 };
    expect(await sums([long, { id: '', weight: 1 }, long, { id: '\n', weight: 5 }], 1, 10)).toEqual(
      new Map([
        ['', 1],
        ['\n', 5],
        [long.id, 4],
      ]),
    );
  });

  it('combines very many facts of one id without a split', async () => {
    const facts = Array.from({ length: 50_000 }, () => ({ id: 'same', weight: 1 }));
    expect(await sums(facts, 4, 1)).toEqual(new Map([['same', 50_000]]));
  });

  it('fails with a clear message when the disk cannot be written', async () => {
    const file = join(folder, 'no-folder');
    await writeFile(file, '');
    const buckets = new FactBuckets<WeightFact>({ folder: join(file, 'set'), count: 1, maxIds: 1 });
    const fill = (): void => {
      buckets.append({ id: 'x'.repeat(20_000), weight: 1 });
    };
    expect(fill).toThrow('The scratch folder cannot be used');
  });
});
