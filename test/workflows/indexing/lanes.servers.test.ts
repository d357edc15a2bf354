import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { Kafka, logLevel } from 'kafkajs';
import type { ReconcileRequest } from '../../../activities/contracts/report';
import type { StageProgress } from '../../../workflows/control/progress';
import type { indexTopic } from '../../../workflows';
import { publishRun } from '../../faults/published-run';
import { PipelineDriver } from '../../support/pipeline-driver';
import { stackAddresses } from '../../support/stack';
import { until } from '../../support/until';
import { derived, enrichedValue } from '../../activities/reconciliation/written-run';

const READINGS = 400;
const LIVE_PIPELINES = 20;

let driver: PipelineDriver;
let request: ReconcileRequest;

beforeAll(async () => {
  driver = await PipelineDriver.open();
});
afterAll(async () => {
  await driver.close();
});
beforeEach(async () => {
  request = await publishRun(driver, { readings: READINGS, isPoison: () => false });
});

type Handle = WorkflowHandle<typeof indexTopic>;

/** Indexes a topic of the run until it is told to end. */
async function follow(name: string, change: object = {}): Promise<Handle> {
  const { scope, aliases } = request;
  const { topic, from: next } = scope.enriched;
  const input = {
    ...{ stream: 'readings', topic, alias: aliases.readings, sink: 'direct', deadLetterTopic: null, mirrorGroup: null },
    ...{
      maxDeadLetterRatio: null,
      laneTaskQueue: `${driver.taskQueue}-lanes`,
      lanes: 2,
      isLive: true,
      next,
      until: null,
    },
    ...change,
  };
  return await driver.temporal.workflow.start('indexTopic', {
    taskQueue: driver.taskQueue,
    workflowId: `${scope.name}/index/${name}`,
    args: [input],
  });
}

async function publish(first: number, count: number): Promise<void> {
  const { run, enriched } = request.scope;
  const more = Array.from({ length: count }, (_, n) => derived(run, enrichedValue(run, first + n)));
  await driver.kafka.publish(enriched.topic, more);
}

async function haveIndexed(count: number): Promise<void> {
  const { run } = request.scope;
  await until(
    `${count} readings are indexed`,
    async () => (await driver.count(request.aliases.readings, run)) === count,
  );
}

async function finish(handles: readonly Handle[]): Promise<void> {
  const { end } = await driver.kafka.offsets(request.scope.enriched.topic);
  await Promise.all(handles.map((handle) => handle.signal('finish', end)));
  await Promise.all(handles.map((handle) => handle.result()));
}

describe('lanes', () => {
  it('are taken over by another worker when one joins, leaves, or dies, and all is indexed', async () => {
    const first = await driver.startWorker();
    const handle = await follow('shared');
    await haveIndexed(READINGS);
    const second = await driver.startWorker();
    await first.kill('SIGTERM');
    await publish(READINGS, 50);
    await haveIndexed(READINGS + 50);
    const third = await driver.startWorker();
    await second.kill('SIGKILL');
    await publish(READINGS + 50, 50);
    await haveIndexed(READINGS + 100);
    await finish([handle]);
    await third.kill('SIGTERM');
  });

  it('stop at a pause, and index what came meanwhile when they are resumed', async () => {
    await driver.startWorker();
    const handle = await follow('paused');
    await haveIndexed(READINGS);
    await handle.executeUpdate('pause', { args: [{ reason: 'test' }] });
    const isWorking = async (): Promise<boolean> => ((await handle.describe()).raw.pendingActivities?.length ?? 0) > 0;
    // Sooner than the next heartbeat of a lane that waits.
    await until('no lane works', async () => !(await isWorking()), 15_000);
    await publish(READINGS, 10);
    await handle.executeUpdate('resume', {});
    await haveIndexed(READINGS + 10);
    await finish([handle]);
  });

  it('go on when the log of one partition has lost records, which parks alone until they are skipped', async () => {
    await driver.startWorker();
    const { topic, to } = request.scope.enriched;
    const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    await admin.disconnect();
    const handle = await follow('parked', { lanes: 1 });
    const shown = async () => (await handle.query<StageProgress>('progress')).attention;
    await until('the partition is parked', async () => (await shown()).length > 0);
    expect(await shown()).toMatchObject(
      [{ state: 'PARKED', partition: '0', reason: /OffsetOutOfRange/ }].map(matching),
    );
    const others = Object.entries(to).reduce((sum, [partition, end]) => sum + (partition === '0' ? 0 : Number(end)), 0);
    await until('the others are indexed', async () => (await handle.query<StageProgress>('progress')).in >= others);
    await handle.executeUpdate('skip', { args: [{ partition: 0, to: '3', reason: 'test' }] });
    await finish([handle]);
    expect(await handle.result()).toMatchObject({ next: to, skipped: 3 });
  });

  it('of twenty live pipelines wait on one worker, beside which a proof still runs', async () => {
    await driver.startWorker();
    const handle = await follow('bounded', { until: request.scope.enriched.to });
    await handle.result();
    const names = Array.from({ length: LIVE_PIPELINES }, (_, n) => `live-${n}`);
    const live = await Promise.all(names.map((name) => follow(name, { next: request.scope.enriched.to })));
    await until('each lane waits', async () => {
      const all = await Promise.all(live.map((each) => each.describe()));
      return all.every(({ raw }) => raw.pendingActivities?.filter(isStarted).length === 2);
    });
    const taskQueue = `${driver.taskQueue}-io`;
    const proof: unknown = await driver.temporal.workflow.execute('reconcile', {
      taskQueue: driver.taskQueue,
      workflowId: `reconcile/${request.scope.name}`,
      args: [{ request, taskQueue }],
    });
    expect(proof).toMatchObject({ indexed: READINGS, enriched: READINGS });
    await finish(live);
  });
});

function matching({ reason, ...expected }: { readonly reason: RegExp }): object {
  return { ...expected, reason: expect.stringMatching(reason) as string };
}

function isStarted({ state }: temporal.api.workflow.v1.IPendingActivityInfo): boolean {
  return state === temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;
}
