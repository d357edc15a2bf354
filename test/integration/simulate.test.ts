import { MALFORMED_KINDS, isMalformed, isRepeated, malformedKind } from '../../activities/contracts/simulated-shares';
import { parseInput } from '../../activities/preparation/parse-input';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { RunReport } from '../../activities/contracts/report';
import { PipelineDriver } from './pipeline-driver';

const RECORDS = 5_000;
const source = { kind: 'simulate', records: RECORDS, seed: 7, malformedRatio: 0.02, repeatRatio: 0.03 };

let driver: PipelineDriver;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  await driver.startWorker();
}, 120_000);
afterAll(async () => {
  await driver.close();
}, 60_000);

/** How many of the sequences the generator's own rules make malformed and repeated. */
function expectedCounts(): { malformed: number; repeats: number } {
  const request = { input: { source }, workflowId: 'pipeline/x', run: 'r', startedAt: new Date(0).toISOString() };
  const { source: simulation }: PipelinePlan = parseInput({ io: '', host: '' }, request);
  if (simulation.kind !== 'simulate') throw new Error('expected a simulation');
  const sequences = Array.from({ length: RECORDS }, (_, sequence) => sequence);
  const kinds = new Set(sequences.filter((s) => isMalformed(simulation, s)).map((s) => malformedKind(simulation, s)));
  expect(kinds.size).toBe(MALFORMED_KINDS.length);
  return {
    malformed: sequences.filter((sequence) => isMalformed(simulation, sequence)).length,
    repeats: sequences.filter((sequence) => isRepeated(simulation, sequence)).length,
  };
}

async function expectExactCounts(report: RunReport): Promise<void> {
  const { malformed, repeats } = expectedCounts();
  const good = RECORDS - malformed;
  expect(report.proof).toMatchObject({
    reconciled: true,
    planned: RECORDS,
    published: RECORDS,
    enriched: good,
    indexed: good,
    deadLetters: malformed,
    repeats,
    conflicts: 0,
    foreign: 0,
    windowedReadings: good,
    discrepancies: {},
  });
  expect(await driver.count(report.aliases.readings, report.run)).toBe(good);
  expect(await driver.count(report.aliases.deadLetters, report.run)).toBe(malformed);
  expect(await driver.count(report.aliases.windows, report.run)).toBe(report.proof.windows);
}

describe('a simulated source', () => {
  it('arrives with exact counts: two pipelines at once, and a second run of one, each with its own', async () => {
    const names = [driver.newName('left'), driver.newName('right')] as const;
    const reports = await Promise.all(names.map((name) => driver.run(name, { source })));
    for (const [position, report] of reports.entries()) {
      expect(report).toMatchObject({ reconciled: true, name: names[position], sparkStarts: 1 });
      await expectExactCounts(report);
    }
    const [first] = reports;
    if (first === undefined) throw new Error('expected two reports');
    const { name } = first;
    const stored = await driver.elasticsearch.get<RunReport>({ index: `${name}-runs`, id: first.run });
    expect(stored._source).toMatchObject({ reconciled: true, proof: { indexed: first.proof.indexed } });

    const second = await driver.run(name, { source });
    expect(second.run).not.toBe(first.run);
    await expectExactCounts(second);
    expect(await driver.count(`${name}-readings`, first.run)).toBe(first.proof.indexed);
  }, 600_000);
});
