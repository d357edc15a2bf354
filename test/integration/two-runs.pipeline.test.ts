import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import { EVENT_ID_HEADER } from '../../activities/contracts/record';
import { MALFORMED_KINDS, isMalformed, isRepeated, malformedKind } from '../../activities/contracts/simulated-shares';
import { parseInput } from '../../activities/preparation/parse-input';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { RunReport } from '../../activities/contracts/report';
import type { PipelineProgress } from '../../workflows/control/progress';
import { START_COMMANDS } from '../support/documented-commands';
import { freePorts } from '../support/free-ports';
import { stackAddresses, workerEnvironment } from '../support/stack';
import { StackProcess } from '../support/stack-process';
import { highestAttempt } from '../support/highest-attempt';
import { GREENHOUSE_FILE, GREENHOUSE_SOURCE, greenhouseRows } from '../support/greenhouse';
import { PipelineDriver } from '../support/pipeline-driver';
import { openGate, type ServerGate } from '../support/server-gate';
import type { WorkerProcess } from '../support/worker-process';
import { until } from '../support/until';

const RECORDS = 2_500;
const source = { kind: 'simulate', records: RECORDS, seed: 7, malformedRatio: 0.02, repeatRatio: 0.03 };
const partitions = 2;

let driver: PipelineDriver;
/** The proxy between the workers and Elasticsearch. */
let gate: ServerGate;
let folder: string;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  gate = await openGate(stackAddresses().elasticsearchNode);
  folder = await mkdtemp(join(tmpdir(), 'two-runs-'));
});
afterAll(async () => {
  await driver.close();
  await gate.end();
  await rm(folder, { recursive: true, force: true });
});

/** Counts the sequence numbers that the simulation makes malformed, of those the ones without a value, and the repeats. */
function expectedCounts(): { malformed: number; absent: number; repeats: number } {
  const request = { input: { source }, workflowId: 'pipeline/x', run: 'r', startedAt: new Date(0).toISOString() };
  const { source: simulation }: PipelinePlan = parseInput({ io: '', lanes: '', host: '' }, request);
  if (simulation.kind !== 'simulate') throw new Error('expected a simulation');
  const sequences = Array.from({ length: RECORDS }, (_, sequence) => sequence);
  const kinds = sequences.filter((s) => isMalformed(simulation, s)).map((s) => malformedKind(simulation, s));
  expect(new Set(kinds).size).toBe(MALFORMED_KINDS.length);
  return {
    malformed: kinds.length,
    absent: kinds.filter((kind) => kind === 'noMeasurement').length,
    repeats: sequences.filter((sequence) => isRepeated(simulation, sequence)).length,
  };
}

/** @param repeats - those of the source, and those of interrupted activity attempts */
async function expectExactCounts(report: RunReport, repeats: number): Promise<void> {
  const { malformed, absent } = expectedCounts();
  const good = RECORDS - malformed;
  expect(report.proof).toMatchObject({
    reconciled: true,
    planned: RECORDS,
    published: RECORDS,
    enriched: good,
    indexed: good,
    deadLetters: malformed - absent,
    absent,
    repeats,
    conflicts: 0,
    foreign: 0,
    windowedReadings: good,
    discrepancies: {},
  });
  expect(await driver.count(report.aliases.readings, report.run)).toBe(good);
  expect(await driver.count(report.aliases.deadLetters, report.run)).toBe(malformed - absent);
  expect(await driver.count(report.aliases.windows, report.run)).toBe(report.proof.windows);
}

/** Counts the raw records beyond the first of each id, without code of the proof. */
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

async function startWorker(environment: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
  return await driver.startWorker({ ELASTICSEARCH_NODE: gate.address, ...environment });
}

async function expectKilled(worker: WorkerProcess): Promise<void> {
  expect(await worker.ended).toBe('SIGKILL');
}

/** Resolves when the workflow shows that it waits for Elasticsearch. */
async function waitsForElasticsearch(workflowId: string): Promise<void> {
  await until('the workflow shows that it waits for Elasticsearch', async () => {
    const handle = driver.temporal.workflow.getHandle(workflowId);
    // The query fails until the input is parsed.
    const progress = await handle.query<PipelineProgress>('progress').catch(() => null);
    const [shown] = progress?.attention ?? [];
    return shown?.state === 'RETRYING' && shown.reason.includes('Elasticsearch');
  });
}

/**
 * Runs a pipeline whose workers are killed in the source, while Spark works, and in the indexer; the fourth one finishes.
 * Elasticsearch is down at the start, and while the second worker runs.
 */
async function runUnderKills(name: string): Promise<RunReport> {
  const workflowId = `pipeline/${name}`;
  gate.close();
  const sourceWorker = await startWorker({ PIPELINE_CRASH_AT: 'source:2' });
  const handle = await driver.start(name, { source, partitions });
  await waitsForElasticsearch(workflowId);
  gate.open();
  await expectKilled(sourceWorker);

  gate.close();
  const sparkWorker = await startWorker();
  await until('a driver is being watched', async () => {
    const { pendingActivities } = (await driver.temporal.workflow.getHandle(`${workflowId}/spark`).describe()).raw;
    return (pendingActivities ?? []).some(
      ({ activityType, lastHeartbeatTime }) => activityType?.name === 'watchSparkJob' && Boolean(lastHeartbeatTime),
    );
  });
  await sparkWorker.kill('SIGKILL');
  gate.open();

  const indexerWorker = await startWorker({ PIPELINE_CRASH_AT: 'index-after-bulk:2' });
  await expectKilled(indexerWorker);

  const lastWorker = await startWorker();
  const report = await handle.result();
  if (report === null) throw new Error('expected a report, since the source is bounded');
  await lastWorker.kill('SIGTERM');
  const attempts = (part: string, activity: string): Promise<number> =>
    highestAttempt(driver.temporal, `${workflowId}/${part}`, activity);
  expect(await attempts('source', 'publishSimulatedRange')).toBeGreaterThanOrEqual(2);
  const streams = ['readings', 'windows', 'deadLetters'].map((stream) => attempts(`index/${stream}`, 'indexLane'));
  expect(Math.max(...(await Promise.all(streams)))).toBeGreaterThanOrEqual(2);
  return report;
}

/**
 * Types the command of the documents that runs the sample, here compressed, in UTF-16, below a title, and with a row above
 * Kafka's message limit.
 */
async function runFile(name: string): Promise<RunReport> {
  const [path, inputFile, reportFile] = ['rows.csv.gz', 'input.json', 'report.json'].map((file) =>
    join(folder, file),
  ) as [string, string, string];
  const large = `tomato-north,2026-06-08T00:00:00+02:00,55.2,80,0,${'x'.repeat(2_000_000)}\n`;
  const text = `\ufeffThe "greenhouse\n${await readFile(GREENHOUSE_FILE, 'utf8')}${large}`;
  await writeFile(path, gzipSync(Buffer.from(text, 'utf16le')));
  await writeFile(inputFile, JSON.stringify({ source: { ...GREENHOUSE_SOURCE, path, skipLines: 1 }, partitions }));
  const command = START_COMMANDS.greenhouse
    .replace('--name greenhouse', `--name ${name}`)
    .replace('deploy/examples/file-csv.json', inputFile);
  const { temporal, kafkaBrokers } = stackAddresses();
  const environment = {
    ...(await freePorts()),
    ...workerEnvironment(),
    TEMPORAL_ADDRESS: temporal,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    ELASTICSEARCH_NODE: gate.address,
    PIPELINE_TASK_QUEUE: driver.taskQueue,
  };
  const start = await StackProcess.start(environment, join(folder, 'state'), {
    command: `${command} --exit --report ${reportFile}`,
    readyLine: `${name}: `,
  });
  const lines = start.lines;
  expect({ status: await start.ended, lines }).toMatchObject({ status: '0' });
  expect(lines.filter((line) => line.startsWith('RECONCILED'))).toHaveLength(1);
  return JSON.parse(await readFile(reportFile, 'utf8')) as RunReport;
}

describe('two runs of one pipeline', () => {
  it('arrive completely: a simulation that starts before Elasticsearch and whose workers are killed, then a file', async () => {
    const name = driver.newName('twice');
    const killed = await runUnderKills(name);
    const repeats = await rawRepeats(`${name}.raw`);
    expect(repeats).toBeGreaterThan(expectedCounts().repeats);
    expect(killed).toMatchObject({ name, sparkStarts: 1 });
    await expectExactCounts(killed, repeats);
    const stored = await driver.elasticsearch.get<RunReport>({ index: aliasesOf(name).runs, id: killed.run });
    expect(stored._source).toMatchObject({ reconciled: true, proof: { indexed: killed.proof.indexed } });

    const file = await runFile(name);
    const { rows, dead, absent } = greenhouseRows();
    expect(absent).toBeGreaterThan(0);
    const [planned, published, indexed, deadLetters] = [rows + 1, rows, rows - dead - absent, dead + 1];
    const counts = { planned, published, enriched: indexed, indexed, absent, deadLetters, windowedReadings: indexed };
    const clean = { reconciled: true, repeats: 0, conflicts: 0, foreign: 0, discrepancies: {} };
    expect(file).toMatchObject({ name, sparkStarts: 1, proof: { ...clean, ...counts } });
    expect(file.proof.deadLettersByReason).toMatchObject({ 'source:TooLarge': 1 });
    expect(await driver.count(aliasesOf(name).readings, file.run)).toBe(indexed);
    expect(await driver.count(aliasesOf(name).deadLetters, file.run)).toBe(deadLetters);
    expect(await driver.count(aliasesOf(name).windows, file.run)).toBe(file.proof.windows);

    expect(file.run).not.toBe(killed.run);
    expect(await driver.count(aliasesOf(name).readings, killed.run)).toBe(killed.proof.indexed);
  }, 600_000);
});
