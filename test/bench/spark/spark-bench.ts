/**
 * `npm run bench -- spark [--against COMMIT] [--readings N]`: the Spark job of this commit beside that of another one, each
 * in the local stack of its own commit, one after the other in one run.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { RunReport } from '../../../activities/contracts/report';
import { createKafkaGateway, type IncomingRecord } from '../../../activities/kafka';
import { CommitStack } from './commit-stack';
import { sampleDriver, type DriverSample } from './driver-samples';
import { sparkTable, type SparkCost } from './spark-table';

const LIVE_PER_SECOND = 1_000;
const SMALL_PER_SECOND = 400;
/** A live run is measured after it has warmed up. */
const WARM_UP_MS = 45_000;
const MEASURED_MS = 45_000;

export async function sparkBench(commits: readonly string[], readings: number): Promise<void> {
  const costs = new Map<string, SparkCost>();
  for (const commit of commits) costs.set(commit, await costOf(commit, readings));
  process.stdout.write(sparkTable(costs, readings));
}

async function costOf(commit: string, readings: number): Promise<SparkCost> {
  const stack = await CommitStack.start(commit);
  const connection = await Connection.connect({ address: stack.temporal });
  const temporal = new Client({ connection });
  try {
    say(commit, 'a bounded run');
    const bounded = await boundedCost(stack, temporal, readings);
    say(commit, 'a live run');
    const live = await liveCost(stack, temporal, 'live', LIVE_PER_SECOND);
    say(commit, 'small micro-batches');
    const small = await liveCost(stack, temporal, 'small', SMALL_PER_SECOND);
    return { ...bounded, ...live, smallBatchMs: small.batchMs };
  } finally {
    await connection.close();
    await stack.stop();
  }
}

type BoundedCost = Omit<SparkCost, 'cores' | 'latencyP50Ms' | 'latencyP95Ms' | 'smallBatchMs'>;

async function boundedCost(stack: CommitStack, temporal: Client, readings: number): Promise<BoundedCost> {
  const handle = await start(temporal, 'bounded', { source: { kind: 'simulate', records: readings } });
  const result = handle.result();
  const samples = await sampleDriver(stack.runsOf('bounded'), result);
  const report = (await result) as RunReport;
  if (!report.reconciled) throw new Error(`the run of ${stack.commit} was not reconciled`);
  const first = samples.find(({ inputRows }) => inputRows > 0);
  const last = samples.at(-1);
  const begun = samples[0];
  if (first === undefined || last === undefined || begun === undefined) throw new Error('expected samples of a driver');
  const firstOutputMs = Math.min(...(await firstRecords(stack, 'bounded')).map(({ timestamp }) => Number(timestamp)));
  const rows = last.inputRows - first.inputRows;
  return {
    steadyCpuSeconds: (last.cpuMs - first.cpuMs) / 1_000 / (rows / 1_000_000),
    wholeCpuSeconds: last.cpuMs / 1_000 / (last.inputRows / 1_000_000),
    rowsPerSecond: rows / ((last.atMs - first.atMs) / 1_000),
    firstOutputMs: firstOutputMs - begun.atMs,
    sparkMs: report.stages.spark.durationMs,
    runMs: report.durationMs,
  };
}

interface LiveCost {
  readonly cores: number;
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  readonly batchMs: number;
}

async function liveCost(stack: CommitStack, temporal: Client, name: string, ratePerSecond: number): Promise<LiveCost> {
  const handle = await start(temporal, name, { source: { kind: 'simulate', records: null, ratePerSecond } });
  const samples = await sampleDriver(stack.runsOf(name), liveFor(stack, name));
  await handle.executeUpdate('stop');
  await handle.result();
  const endMs = samples.at(-1)?.atMs ?? 0;
  const measured = samples.filter(({ atMs }) => atMs >= endMs - MEASURED_MS);
  const latencies = (await latestRecords(stack, name, MEASURED_MS)).map(latencyMs);
  return {
    cores: coresOf(measured),
    latencyP50Ms: percentile(latencies, 50),
    latencyP95Ms: percentile(latencies, 95),
    batchMs: percentile(batchDurations(measured), 50),
  };
}

/** Resolves when a live run has written its first record, warmed up and been measured. */
async function liveFor(stack: CommitStack, name: string): Promise<void> {
  while ((await firstRecords(stack, name)).length === 0) await sleep(1_000);
  await sleep(WARM_UP_MS + MEASURED_MS);
}

async function start(temporal: Client, name: string, input: object): Promise<WorkflowHandle> {
  return await temporal.workflow.start('streamingPipeline', {
    taskQueue: 'pipeline',
    workflowId: `pipeline/${name}`,
    args: [input],
  });
}

/** The first enriched record of each partition that has one. */
async function firstRecords(stack: CommitStack, name: string): Promise<IncomingRecord[]> {
  return await read(stack, name, (_partition, held) => ({
    from: held.start,
    to: String(BigInt(held.start) + (held.end === held.start ? 0n : 1n)),
  }));
}

async function latestRecords(stack: CommitStack, name: string, withinMs: number): Promise<IncomingRecord[]> {
  const kafka = createKafkaGateway({ brokers: [stack.kafka], clientId: 'bench' });
  try {
    const from = await kafka.offsetsAt(`${name}.enriched`, Date.now() - withinMs);
    return await read(stack, name, (partition, { end }) => ({ from: from[partition] ?? end, to: end }));
  } finally {
    await kafka.close();
  }
}

async function read(
  stack: CommitStack,
  name: string,
  rangeOf: (partition: string, held: { readonly start: string; readonly end: string }) => { from: string; to: string },
): Promise<IncomingRecord[]> {
  const kafka = createKafkaGateway({ brokers: [stack.kafka], clientId: 'bench' });
  const topic = `${name}.enriched`;
  const records: IncomingRecord[] = [];
  try {
    const { start: starts, end: ends } = await kafka.offsets(topic).catch(() => ({ start: {}, end: {} }));
    for (const [partition, end] of Object.entries(ends as Record<string, string>)) {
      const held = { start: (starts as Record<string, string>)[partition] ?? '0', end };
      const range = rangeOf(partition, held);
      const take = (batch: readonly IncomingRecord[]): void => void records.push(...batch);
      if (range.from !== range.to) await kafka.readRange({ topic, partition: Number(partition), ...range }, take);
    }
    return records;
  } finally {
    await kafka.close();
  }
}

/** From the publishing of the raw record, which the header names, to that of the enriched one. */
function latencyMs({ timestamp, headers }: IncomingRecord): number {
  const [, , published] = headers['pipeline-raw']?.toString().split(':') ?? [];
  return Number(timestamp) - Number(published);
}

function coresOf(samples: readonly DriverSample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return (last.cpuMs - first.cpuMs) / (last.atMs - first.atMs);
}

/** One duration for each micro-batch. */
function batchDurations(samples: readonly DriverSample[]): number[] {
  return [...new Map(samples.map(({ batch, batchDurationMs }) => [batch, batchDurationMs])).values()];
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

function say(commit: string, what: string): void {
  process.stderr.write(`${commit}: ${what}\n`);
}
