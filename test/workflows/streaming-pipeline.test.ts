import { WorkflowFailedError, type Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { pipelineFailure } from '../../activities/failures';
import type { Activities } from '../../activities';
import type { RunReport } from '../../activities/contracts/report';
import { timeSkippingServer } from '../time-skipping-server';
import { fakeActivities, PROOF } from './fake-activities';

const logger = new DefaultLogger('ERROR');
const SIX_HOURS_MS = 6 * 3_600_000;
const SIMULATED = { source: { kind: 'simulate', records: 100 } };

let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundleWithSourceMap;
let runs = 0;

beforeAll(async () => {
  Runtime.install({ logger });
  environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: await timeSkippingServer() } },
  });
  workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows'), logger });
}, 120_000);

afterAll(async () => {
  await environment.teardown();
});

async function withWorker<T>(activities: Activities, work: (client: Client) => Promise<T>): Promise<T> {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'test',
    workflowBundle,
    activities,
    // The test server does not hand a sticky task to another worker.
    maxCachedWorkflows: 0,
  });
  return await worker.runUntil(work(environment.client));
}

function run(client: Client, input: unknown): Promise<RunReport | null> {
  return client.workflow.execute('streamingPipeline', {
    taskQueue: 'test',
    workflowId: `pipeline/test-${++runs}`,
    workflowExecutionTimeout: '2 days',
    args: [input],
  });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => new Error('expected the workflow to fail'),
    (reason: unknown) => reason,
  );
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return error instanceof WorkflowFailedError ? cause : error;
}

describe('streamingPipeline', () => {
  it('drains in the order in which records flow, proves the run and stores its report', async () => {
    const { activities, calls } = fakeActivities();
    const report = await withWorker(activities, (client) => run(client, SIMULATED));

    expect(report).toMatchObject({
      reconciled: true,
      proof: PROOF,
      sparkStarts: 1,
      stages: { source: { out: 100 }, readings: { out: 90 }, windows: { out: 9 }, deadLetters: { out: 10 } },
    });
    const firsts = ['parseInput', 'prepareTopics', 'prepareIndices'];
    expect(calls.slice(0, 3)).toEqual(firsts);
    const order = ['publishSimulatedRange', 'submitSparkJob', 'watchSparkJob', 'reconcileRun', 'storeReport'];
    expect(calls.filter((name) => order.includes(name))).toEqual(order);
    expect(calls.lastIndexOf('indexSlice')).toBeLessThan(calls.indexOf('reconcileRun'));
  }, 60_000);

  it('waits six hours for Elasticsearch and goes on', async () => {
    const { activities } = fakeActivities();
    const { indexSlice } = activities;
    const startedMs = await environment.currentTimeMs();
    let attempts = 0;
    activities.indexSlice = async (input) => {
      attempts += 1;
      if ((await environment.currentTimeMs()) - startedMs < SIX_HOURS_MS) {
        throw pipelineFailure('ServiceUnavailable', 'Elasticsearch is away');
      }
      return await indexSlice(input);
    };
    const report = await withWorker(activities, (client) => run(client, SIMULATED));

    expect(report).toMatchObject({ reconciled: true });
    expect(attempts).toBeGreaterThan(100);
    expect((await environment.currentTimeMs()) - startedMs).toBeGreaterThanOrEqual(SIX_HOURS_MS);
  }, 120_000);

  it('starts a driver that died without a word again on the same checkpoint', async () => {
    const { activities, calls } = fakeActivities();
    const { watchSparkJob } = activities;
    let deaths = 0;
    activities.watchSparkJob = async (input) => {
      const seen = await watchSparkJob(input);
      return ++deaths <= 3 ? { ...seen, exitOk: false, committed: null, lastBatch: null } : seen;
    };
    const report = await withWorker(activities, (client) => run(client, SIMULATED));

    expect(report).toMatchObject({ reconciled: true, sparkStarts: 4 });
    expect(calls.filter((name) => name === 'submitSparkJob')).toHaveLength(4);
  }, 60_000);

  it('gives up a driver that dies again and again without progress, with its last words', async () => {
    const { activities } = fakeActivities();
    const { watchSparkJob } = activities;
    activities.watchSparkJob = async (input) => ({
      ...(await watchSparkJob(input)),
      exitOk: false,
      committed: null,
      lastBatch: null,
      lastLogLines: ['java.lang.OutOfMemoryError'],
    });
    const failure = await withWorker(activities, (client) => failureOf(run(client, SIMULATED)));
    expect(failure).toMatchObject({ type: 'SparkFailed' });
    expect(String(failure)).toContain('OutOfMemoryError');
  }, 60_000);

  it('refuses bad input at once', async () => {
    const { activities, calls } = fakeActivities();
    const failure = await withWorker(activities, (client) => failureOf(run(client, { sauce: 1 })));
    expect(failure).toMatchObject({ type: 'InvalidInput' });
    expect(calls).toEqual(['parseInput']);
  }, 60_000);

  it('fails when its file is missing, and stops the Spark job', async () => {
    const { activities } = fakeActivities();
    const source = { kind: 'file', path: '/nowhere.csv', format: 'csv', ratePerSecond: 1 };
    const failure = await withWorker(activities, (client) => failureOf(run(client, { source })));
    expect(failure).toMatchObject({ type: 'SourceMissing' });
  }, 60_000);

  it('leaves no driver behind when it is cancelled', async () => {
    const { activities, calls } = fakeActivities();
    const { watchSparkJob } = activities;
    activities.watchSparkJob = async (input) => ({ ...(await watchSparkJob(input)), running: true, exitOk: null });
    const source = { kind: 'simulate', records: null, ratePerSecond: 10 };
    await withWorker(activities, async (client) => {
      const workflowId = `pipeline/test-${++runs}`;
      const handle = await client.workflow.start('streamingPipeline', {
        taskQueue: 'test',
        workflowId,
        args: [{ source }],
      });
      while (!calls.includes('watchSparkJob')) await environment.sleep('1 second');
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancelled');
    });
    expect(calls.lastIndexOf('stopSparkJob')).toBeGreaterThan(calls.lastIndexOf('submitSparkJob'));
  }, 60_000);
});
