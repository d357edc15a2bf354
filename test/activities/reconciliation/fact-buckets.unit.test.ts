import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FactBuckets } from '../../../activities/reconciliation/fact-buckets';

interface Sighting {
  readonly id: string;
  readonly weight: number;
}

class Sum {
  weight = 0;
  enter({ weight }: Sighting): void {
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

async function sums(facts: readonly Sighting[], count: number, maxIds: number): Promise<ReadonlyMap<string, number>> {
  const inner = await mkdtemp(join(folder, 'set-'));
  const buckets = new FactBuckets<Sighting>({ folder: inner, count, maxIds });
  for (const fact of facts) buckets.append(fact);
  const found = new Map<string, number>();
  for await (const accounts of buckets.accounts(() => new Sum())) {
    expect(accounts.size).toBeLessThanOrEqual(maxIds);
    for (const [id, { weight }] of accounts) {
      expect(found.has(id)).toBe(false);
      found.set(id, weight);
    }
  }
  expect(await filesIn(inner)).toEqual([]);
  return found;
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('FactBuckets', () => {
  const sightings = fc.array(fc.record({ id: fc.string({ unit: 'grapheme', maxLength: 4 }), weight: fc.nat(9) }), {
    maxLength: 60,
  });

  it('brings all facts of an id together once, whatever their order, the number of buckets and the memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        sightings,
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

  it('takes facts of every size, with line breaks in them', async () => {
    const long = { id: 'é\n'.repeat(20_000), weight: 2 };
    expect(await sums([long, { id: '', weight: 1 }, long, { id: '\n', weight: 5 }], 1, 10)).toEqual(
      new Map([
        ['', 1],
        ['\n', 5],
        [long.id, 4],
      ]),
    );
  });

  it('gathers one id that has very many facts without a split', async () => {
    const facts = Array.from({ length: 50_000 }, () => ({ id: 'same', weight: 1 }));
    expect(await sums(facts, 4, 1)).toEqual(new Map([['same', 50_000]]));
  });

  it('says so when the disk takes nothing', async () => {
    const file = join(folder, 'no-folder');
    await writeFile(file, '');
    const buckets = new FactBuckets<Sighting>({ folder: join(file, 'set'), count: 1, maxIds: 1 });
    const fill = (): void => {
      buckets.append({ id: 'x'.repeat(20_000), weight: 1 });
    };
    expect(fill).toThrow('The scratch folder cannot be used');
  });
});
