import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_DOCUMENT_ID_BYTES } from '../../activities/contracts/record';
import { judgeEach, type JudgedBatch } from '../deploy/spark/judged-records';
import { idOf, type Written } from '../deploy/spark/spark-run';
import { fuzzInput } from './fuzz-input';
import { outcomeOf, type FuzzOutcome } from './fuzz-outcome';
import { isWhole, seed, seedText, SEED_VARIABLE } from './fuzz-seed';

const INPUTS = isWhole ? 300 : 40;

const SAYS_WHAT_TO_DO = /expected|Unrecognized key|(?:set|remove) source\.|Close it/i;

const outcomes: FuzzOutcome[] = [];
/** By number of the input: those that fail in a way that nobody has stated. */
const surprises: string[] = [];
let judged: readonly Written[] = [];
let batches: readonly JudgedBatch[] = [];
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  for (let number = 0; number < INPUTS; number++) {
    try {
      outcomes.push(await outcomeOf(fuzzInput(seed, number), folder));
    } catch (error) {
      surprises.push(`${number}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  await rm(folder, { recursive: true });
  batches = outcomes.flatMap((outcome) => ('plan' in outcome ? [outcome] : []));
  judged = judgeEach(batches).flatMap(({ written }) => written);
  const refused = outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : []));
  const reasons = judged.map(({ value }) => (value as { reason?: string } | null)?.reason ?? 'read');
  process.stderr.write(`fuzz of ${SEED_VARIABLE}='${seedText}': ${summary(refused)}; records: ${summary(reasons)}\n`);
}, 300_000);

function summary(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

describe(`inputs of any kind (${SEED_VARIABLE}='${seedText}' repeats them)`, () => {
  it('are published row by row as the proof plans them, or refused', () => {
    expect(surprises).toEqual([]);
  });

  it('are refused with what was expected', () => {
    const messages = outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.message] : []));
    expect(messages.filter((message) => !SAYS_WHAT_TO_DO.test(message))).toEqual([]);
  });

  it('become exactly one record for each raw one, under an id that a document can have', () => {
    expect(judged).toHaveLength(batches.reduce((sum, { records }) => sum + records.length, 0));
    const lengths = judged.map((written) => Buffer.byteLength(idOf(written)));
    expect(lengths.filter((length) => length === 0 || length > MAX_DOCUMENT_ID_BYTES)).toEqual([]);
  });
});
