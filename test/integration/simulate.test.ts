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
  it('arrives with exact counts, and a second run under the same name with its own', async () => {
    const name = driver.newName('simulate');
    const first = await driver.run(name, { source });
    await expectExactCounts(first);
    expect(first).toMatchObject({ reconciled: true, name, sparkStarts: 1 });
    const stored = await driver.elasticsearch.get<RunReport>({ index: `${name}-runs`, id: first.run });
    expect(stored._source).toMatchObject({ reconciled: true, proof: { indexed: first.proof.indexed } });

    const second = await driver.run(name, { source });
    expect(second.run).not.toBe(first.run);
    await expectExactCounts(second);
    expect(await driver.count(`${name}-readings`, first.run)).toBe(first.proof.indexed);
  }, 600_000);

  it('is proven again by hand, and red once a document is gone', async () => {
    const name = driver.newName('again');
    const report = await driver.run(name, { source: { ...source, records: 200, ratePerSecond: 100 } });
    const prove = (suffix: string) =>
      driver.temporal.workflow.execute('reconcile', {
        taskQueue: driver.taskQueue,
        workflowId: `reconcile/${name}/${suffix}`,
        args: [{ name }],
      }) as Promise<RunReport['proof']>;
    expect(await prove('green')).toMatchObject({ reconciled: true, indexed: report.proof.indexed });

    const { hits } = await driver.elasticsearch.search({ index: `${name}-readings`, size: 1 });
    const id = hits.hits[0]?._id ?? '';
    await driver.elasticsearch.delete({ index: `${name}-readings`, id, refresh: true });
    const red = await prove('red');
    expect(red.reconciled).toBe(false);
    expect(red.examples).toContainEqual(expect.objectContaining({ id }));
  }, 600_000);
});

describe('two pipelines at once', () => {
  it('each reconcile with their own counts', async () => {
    const names = [driver.newName('left'), driver.newName('right')];
    const reports = await Promise.all(names.map((name) => driver.run(name, { source })));
    for (const [position, report] of reports.entries()) {
      expect(report.name).toBe(names[position]);
      await expectExactCounts(report);
    }
  }, 600_000);
});
