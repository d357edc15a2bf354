import { EVENT_ID_HEADER } from '../../activities/contracts/record';
import { MALFORMED_KINDS, isMalformed, isRepeated, malformedKind } from '../../activities/contracts/simulated-shares';
import { parseInput } from '../../activities/preparation/parse-input';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { RunReport } from '../../activities/contracts/report';
import { highestAttempt } from './attempts';
import { PipelineDriver, until } from './pipeline-driver';
import type { WorkerProcess } from './worker-process';

const RECORDS = 5_000;
const source = { kind: 'simulate', records: RECORDS, seed: 7, malformedRatio: 0.02, repeatRatio: 0.03 };

let driver: PipelineDriver;
beforeAll(async () => {
  driver = await PipelineDriver.open();
});
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

/** `repeats`: those of the source, and those of attempts that were cut short. */
async function expectExactCounts(report: RunReport, repeats: number): Promise<void> {
  const { malformed } = expectedCounts();
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

/** Raw records beyond the first of their id, counted by the test itself. */
async function rawRepeats(topic: string): Promise<number> {
  const { start, end } = await driver.kafka.offsets(topic);
  const ids = new Set<string>();
  let records = 0;
  for (const partition of Object.keys(end)) {
    const range = { topic, partition: Number(partition), from: start[partition] ?? '0', to: end[partition] ?? '0' };
    await driver.kafka.readRange(range, (batch) => {
      for (const { headers } of batch) ids.add(String(headers[EVENT_ID_HEADER]));
      records += batch.length;
    });
  }
  return records - ids.size;
}

async function expectKilled(worker: WorkerProcess): Promise<void> {
  expect(await worker.ended).toBe('SIGKILL');
}

/** A run whose workers are killed in the source, while Spark works, and in the indexer; the last one lives on. */
async function runUnderKills(name: string): Promise<RunReport> {
  const workflowId = `pipeline/${name}`;
  const inSource = await driver.startWorker({ PIPELINE_CRASH_AT: 'source:3' });
  const handle = await driver.start(name, { source });
  await expectKilled(inSource);

  const whileSpark = await driver.startWorker();
  await until('a driver is being watched', async () => {
    const { pendingActivities } = (await driver.temporal.workflow.getHandle(`${workflowId}/spark`).describe()).raw;
    return (pendingActivities ?? []).some(
      ({ activityType, lastHeartbeatTime }) => activityType?.name === 'watchSparkJob' && Boolean(lastHeartbeatTime),
    );
  });
  await whileSpark.kill('SIGKILL');

  const inIndexer = await driver.startWorker({ PIPELINE_CRASH_AT: 'index-after-bulk:2' });
  await expectKilled(inIndexer);

  await driver.startWorker();
  const report = await handle.result();
  if (report === null) throw new Error('expected a report, since the source is bounded');
  const attempts = (part: string, activity: string): Promise<number> =>
    highestAttempt(driver.temporal, `${workflowId}/${part}`, activity);
  expect(await attempts('source', 'publishSimulatedRange')).toBeGreaterThanOrEqual(2);
  expect(await attempts('spark', 'watchSparkJob')).toBeGreaterThanOrEqual(2);
  const streams = ['readings', 'windows', 'deadLetters'].map((stream) => attempts(`index/${stream}`, 'indexSlice'));
  expect(Math.max(...(await Promise.all(streams)))).toBeGreaterThanOrEqual(2);
  return report;
}

describe('a simulated source', () => {
  it('arrives with exact counts: with workers killed on the way, and in a second run', async () => {
    const { repeats } = expectedCounts();
    const name = driver.newName('killed');
    const killed = await runUnderKills(name);
    const repeated = await rawRepeats(`${name}.raw`);
    expect(repeated).toBeGreaterThan(repeats);
    expect(killed).toMatchObject({ name, sparkStarts: 1 });
    await expectExactCounts(killed, repeated);
    const stored = await driver.elasticsearch.get<RunReport>({ index: `${name}-runs`, id: killed.run });
    expect(stored._source).toMatchObject({ reconciled: true, proof: { indexed: killed.proof.indexed } });

    const second = await driver.run(name, { source });
    expect(second).toMatchObject({ reconciled: true, name, sparkStarts: 1 });
    await expectExactCounts(second, repeats);
    expect(second.run).not.toBe(killed.run);
    expect(await driver.count(`${name}-readings`, killed.run)).toBe(killed.proof.indexed);
  }, 600_000);
});
