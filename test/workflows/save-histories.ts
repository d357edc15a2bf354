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
import type { PipelineProgress } from '../../workflows/control/progress';
import { until } from '../support/until';
import { fakeActivities, withKibana } from './fake-activities';
import {
  failing,
  paced,
  withDeadLetters,
  withFile,
  withInspection,
  withOldMonths,
  withReplay,
} from './history-activities';

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
          laneTaskQueue: taskQueue,
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

void main(process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233').then(() => process.exit(0));
