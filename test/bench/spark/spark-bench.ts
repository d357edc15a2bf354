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
import { CommitStack } from '../commit-stack';
import { percentile } from '../percentile';
import { sampleDriver, type DriverSample } from './driver-samples';
import { sparkTable, type SparkCost } from './spark-table';

const LIVE_PER_SECOND = 1_000;
const SMALL_BATCH = 400;
const SMALL_BATCHES = 100;
/** Micro-batches before which the compiler of the JVM has not seen enough. */
const WARM_UP_BATCHES = 30;
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
    const live = await liveCost(stack, temporal);
    say(commit, 'small micro-batches');
    const smallBatchMs = await smallBatchDuration(stack, temporal);
    return { ...bounded, ...live, smallBatchMs };
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

type LiveCost = Pick<SparkCost, 'cores' | 'latencyP50Ms' | 'latencyP95Ms'>;

async function liveCost(stack: CommitStack, temporal: Client): Promise<LiveCost> {
  const name = 'live';
  const source = { kind: 'simulate', records: null, ratePerSecond: LIVE_PER_SECOND };
  const handle = await start(temporal, name, { source });
  const samples = await sampleDriver(stack.runsOf(name), liveFor(stack, name));
  await handle.executeUpdate('stop');
  await handle.result();
  const endMs = samples.at(-1)?.atMs ?? 0;
  const latencies = await latenciesMs(stack, name, endMs - MEASURED_MS);
  return {
    cores: coresOf(samples.filter(({ atMs }) => atMs >= endMs - MEASURED_MS)),
    latencyP50Ms: percentile(latencies, 50),
    latencyP95Ms: percentile(latencies, 95),
  };
}

/** Median of micro-batches that follow one another without a pause, since everything is published already. */
async function smallBatchDuration(stack: CommitStack, temporal: Client): Promise<number> {
  const source = { kind: 'simulate', records: SMALL_BATCH * SMALL_BATCHES };
  const handle = await start(temporal, 'small', { source, spark: { maxRecordsPerBatch: SMALL_BATCH } });
  const samples = await sampleDriver(stack.runsOf('small'), handle.result());
  return percentile(batchDurations(samples.filter(({ batch }) => batch > WARM_UP_BATCHES)), 50);
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
  return await read(stack, `${name}.enriched`, (_partition, held) => ({
    from: held.start,
    to: String(BigInt(held.start) + (held.end === held.start ? 0n : 1n)),
  }));
}

/** From the publishing of a raw record to that of its enriched one, for those that were published since a time. */
async function latenciesMs(stack: CommitStack, name: string, sinceMs: number): Promise<number[]> {
  const published = new Map<string, number>();
  for (const record of await recordsSince(stack, `${name}.raw`, sinceMs)) {
    const id = eventId(record);
    if (!published.has(id)) published.set(id, Number(record.timestamp));
  }
  const enriched = await recordsSince(stack, `${name}.enriched`, sinceMs);
  return enriched.flatMap((record) => {
    const publishedMs = published.get(eventId(record));
    return publishedMs === undefined ? [] : [Number(record.timestamp) - publishedMs];
  });
}

async function recordsSince(stack: CommitStack, topic: string, sinceMs: number): Promise<IncomingRecord[]> {
  const kafka = createKafkaGateway({ brokers: [stack.kafka], clientId: 'bench' });
  try {
    const from = await kafka.offsetsAt(topic, sinceMs);
    return await read(stack, topic, (partition, { end }) => ({ from: from[partition] ?? end, to: end }));
  } finally {
    await kafka.close();
  }
}

async function read(
  stack: CommitStack,
  topic: string,
  rangeOf: (partition: string, held: { readonly start: string; readonly end: string }) => { from: string; to: string },
): Promise<IncomingRecord[]> {
  const kafka = createKafkaGateway({ brokers: [stack.kafka], clientId: 'bench' });
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

function eventId({ headers }: IncomingRecord): string {
  return headers['event-id']?.toString() ?? '';
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

function say(commit: string, what: string): void {
  process.stderr.write(`${commit}: ${what}\n`);
}
