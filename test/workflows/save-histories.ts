/**
 * `TEMPORAL_ADDRESS=… npm run histories`: runs the main paths of every workflow on a real Temporal server, with
 * activities that only keep offsets, and saves the histories as `histories/<workflow>.<path>.json`.
 *
 * Before the first release, run it in every commit that changes a workflow incompatibly.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities';
import { aliasesOf, derivedTopics } from '../../activities/contracts/pipeline-names';
import { pipelineFailure } from '../../activities/contracts/failures';
import type { PipelineProgress } from '../../workflows/control/progress';
import { until } from '../support/until';
import { fakeActivities, withKibana } from './fake-activities';

const PROJECT = join(__dirname, '..', '..', '/');
const HISTORIES = join(__dirname, 'histories');
const PIPELINE = 'pipeline/quick';
const CHILDREN = {
  'simulate-readings': `${PIPELINE}/source`,
  'run-spark-job': `${PIPELINE}/spark`,
  'index-topic': `${PIPELINE}/index/readings`,
};
const BOUNDED = { source: { kind: 'simulate', records: 100 } };
const PACED = { source: { kind: 'simulate', records: 100, ratePerSecond: 10 } };
const ENDLESS = { source: { kind: 'simulate', records: null, ratePerSecond: 10 } };
const FILE = { source: { kind: 'file', path: '/data/readings.csv', format: 'csv' } };

interface Path {
  readonly type?: string;
  readonly workflowId?: string;
  readonly input: unknown;
  readonly activities: Activities;
  readonly saved: Readonly<Record<string, string>>;
  readonly meanwhile?: (handle: WorkflowHandle) => Promise<void>;
}

async function main(address: string): Promise<void> {
  const temporal = new Client({ connection: await Connection.connect({ address }) });
  const connection = await NativeConnection.connect({ address });
  for (const [name, path] of Object.entries(paths())) {
    const taskQueue = `histories-${name}`;
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowsPath: require.resolve('../../workflows'),
      activities: {
        ...path.activities,
        parseInput: async (request: Parameters<Activities['parseInput']>[0]) => ({
          ...(await path.activities.parseInput(request)),
          ioTaskQueue: taskQueue,
          hostTaskQueue: taskQueue,
        }),
      },
    });
    await worker.runUntil(async () => {
      const handle = await temporal.workflow.start(path.type ?? 'streamingPipeline', {
        taskQueue,
        workflowId: path.workflowId ?? PIPELINE,
        args: [path.input],
      });
      await path.meanwhile?.(handle);
      await handle.result().catch((error: unknown) => {
        process.stderr.write(`${name} ended with ${String(error)}\n`);
      });
      for (const [workflow, workflowId] of Object.entries(path.saved)) {
        const id = workflowId.replace('<run>', handle.firstExecutionRunId);
        const history = await temporal.workflow.getHandle(id).fetchHistory();
        // Stack traces contain the project folder, and worker identities the host name.
        const text = historyToJSON(history).replaceAll(PROJECT, '').replaceAll(hostname(), 'host');
        writeFileSync(join(HISTORIES, `${workflow}.${name}.json`), `${text}\n`);
      }
    });
  }
  await connection.close();
  await temporal.connection.close();
}

function paths(): Record<string, Path> {
  const ofPipeline = { 'streaming-pipeline': PIPELINE };
  const operated = fakeActivities();
  return {
    drained: {
      input: BOUNDED,
      activities: fakeActivities().activities,
      saved: { ...ofPipeline, ...CHILDREN, reconcile: 'reconcile/quick/<run>' },
    },
    paced: {
      input: PACED,
      activities: paced(fakeActivities().activities),
      saved: { 'run-spark-job': CHILDREN['run-spark-job'], 'index-topic': CHILDREN['index-topic'] },
    },
    operated: {
      input: ENDLESS,
      activities: paced(operated.activities),
      saved: { ...ofPipeline, ...CHILDREN },
      meanwhile: async (handle) => {
        await untilProgress(handle, ({ produced }) => produced > 0);
        await handle.executeUpdate('pause', { args: [{ reason: 'an upgrade' }] });
        while (!operated.calls.includes('stopSparkJob')) await sleep(50);
        await handle.executeUpdate('resume');
        await handle.executeUpdate('setRate', { args: [{ ratePerSecond: 20 }] });
        await handle.executeUpdate('stop');
      },
    },
    cancelled: {
      input: ENDLESS,
      activities: paced(fakeActivities().activities),
      saved: { ...ofPipeline, ...CHILDREN },
      meanwhile: async (handle) => {
        await untilProgress(handle, ({ produced }) => produced > 0);
        await handle.cancel();
      },
    },
    parked: {
      input: BOUNDED,
      activities: failing(),
      saved: { ...ofPipeline, 'index-topic': CHILDREN['index-topic'], 'run-spark-job': CHILDREN['run-spark-job'] },
      meanwhile: async (handle) => {
        await untilProgress(handle, ({ attention }) => attention.some(({ reason }) => reason.includes('5 times')));
        await handle.executeUpdate('resume', { args: [{ part: 'spark' }] });
        await untilProgress(handle, ({ attention }) =>
          attention.some(({ reason }) => reason.startsWith('OffsetOutOfRange')),
        );
        const skip = { part: 'readings', partition: 0, to: '50', reason: 'removed' };
        await handle.executeUpdate('skip', { args: [skip] });
      },
    },
    dashboards: {
      input: BOUNDED,
      activities: withKibana(fakeActivities().activities),
      saved: ofPipeline,
    },
    redriven: {
      type: 'redriveDeadLetters',
      workflowId: 'redrive/quick/all',
      input: { name: 'quick' },
      activities: withDeadLetters(),
      saved: { 'redrive-dead-letters': 'redrive/quick/all' },
    },
    dropped: {
      type: 'dropOldMonths',
      workflowId: 'retention/quick',
      input: { name: 'quick', keepMonths: 6 },
      activities: withOldMonths(),
      saved: { 'drop-old-months': 'retention/quick' },
    },
    file: {
      input: FILE,
      activities: withFile(),
      saved: { 'replay-file': CHILDREN['simulate-readings'] },
    },
    inspected: {
      type: 'inspectSource',
      workflowId: 'inspect/quick',
      input: { path: '/data/readings.csv' },
      activities: withInspection(),
      saved: { 'inspect-source': 'inspect/quick' },
    },
    replayed: {
      type: 'replayTopic',
      workflowId: 'replay/quick',
      input: { name: 'quick', window: '1 hour' },
      activities: withReplay(),
      saved: { 'replay-topic': 'replay/quick' },
    },
  };
}

async function untilProgress(handle: WorkflowHandle, holds: (progress: PipelineProgress) => boolean): Promise<void> {
  await until('the pipeline has progressed', async () => {
    // The query fails until the input is parsed.
    const progress = await handle.query<PipelineProgress>('progress').catch(() => null);
    return progress !== null && holds(progress);
  });
}

/** A continuous driver and a slow source. */
function paced(activities: Activities): Activities {
  return {
    ...activities,
    publishSimulatedRange: async (input) => {
      await sleep(1_000);
      return await activities.publishSimulatedRange({ ...input, to: input.from + 10 });
    },
    watchSparkJob: async (input) => {
      await sleep(1_000);
      const seen = await activities.watchSparkJob(input);
      return input.until === null ? { ...seen, running: true, exitOk: null } : seen;
    },
  };
}

/** A step that fails four times, a driver that dies five times, and offsets that retention has removed. */
function failing(): Activities {
  const { activities } = fakeActivities();
  const readOnly = () => Promise.reject(pipelineFailure('IndexMisconfigured', 'the cluster is read-only'));
  let failures = 0;
  let crashes = 0;
  return {
    ...activities,
    prepareIndices: (input) => (++failures <= 4 ? readOnly() : activities.prepareIndices(input)),
    watchSparkJob: async (input) => {
      const seen = await activities.watchSparkJob(input);
      return ++crashes <= 5 ? { ...seen, exitOk: false, committed: null, lastBatch: null } : seen;
    },
    indexSlice: (input) =>
      input.topic.endsWith('.enriched') && Number(input.from) < 50
        ? Promise.reject(pipelineFailure('OffsetOutOfRange', 'removed by retention'))
        : activities.indexSlice(input),
  };
}

/** A file that is published in two ranges, with the offsets of the simulation. */
function withFile(): Activities {
  const { activities } = fakeActivities();
  return {
    ...activities,
    inspectFile: () =>
      Promise.resolve({ sha256: '0'.repeat(64), bytes: 2_000, modifiedMs: 0, columns: ['deviceId'], notes: [] }),
    publishFileRange: async (input) => {
      const simulated = { plan: input.plan, from: input.rowFrom, to: input.rowFrom + 50 };
      const { next, published, deadLetters, bytes } = await activities.publishSimulatedRange(simulated);
      return { byteNext: next * 20, rowNext: next, done: next >= 100, published, deadLetters, bytes };
    },
  };
}

/** A dead-letter topic of three slices. */
function withDeadLetters(): Activities {
  return fakeActivities({
    planRedrive: () =>
      Promise.resolve({
        choice: { name: 'quick' },
        dryRun: true,
        topics: derivedTopics('quick'),
        aliases: aliasesOf('quick'),
        ...{ hasRawReader: true, ioTaskQueue: 'histories-redriven' },
        from: { 0: '0', 1: '10' },
        to: { 0: '60000', 1: '30' },
      }),
  }).activities;
}

function withOldMonths(): Activities {
  return fakeActivities({
    expireMonths: () =>
      Promise.resolve({
        name: 'quick',
        expiredBefore: '2026-06',
        indices: [{ index: 'pipeline.quick.readings-2026-05', documents: 100, bytes: 20_000 }],
      }),
  }).activities;
}

/** A file of one row. */
function withInspection(): Activities {
  const source = { kind: 'file', path: '/data/readings.csv' } as const;
  return fakeActivities({
    planInspection: () => Promise.resolve({ source, given: {}, isComplete: false, taskQueue: 'histories-inspected' }),
    inspectSource: () =>
      Promise.resolve({
        ...{ source, facts: ['format: csv'], sampled: 1, shape: 'wide', places: [], questions: [], notes: [] },
        input: { source: { ...source, format: 'csv' } },
        outcome: { read: 1, absent: 0, times: null, dead: [], failure: null },
      }),
  }).activities;
}

function withReplay(): Activities {
  return fakeActivities({
    planReplay: () =>
      Promise.resolve({
        stream: 'readings',
        topic: 'quick.enriched',
        alias: 'pipeline.quick.readings',
        deadLetterTopic: 'quick.dead-letter',
        ioTaskQueue: 'histories-replayed',
        from: { 0: '10' },
        to: { 0: '60' },
      }),
    indexSlice: ({ from, until: to }) => {
      const next = to ?? from;
      const read = Number(next) - Number(from);
      const counts = { read, indexed: read, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 };
      return Promise.resolve({ next, end: next, ends: {}, last: null, counts });
    },
  }).activities;
}

void main(process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233').then(() => process.exit(0));
