import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../../activities';
import { pipelineFailure } from '../../../activities/contracts/failures';
import type { SubmitSparkJobInput } from '../../../activities/spark/types';
import type { Attention, PipelineProgress } from '../../../workflows/control/progress';
import { failureOf } from '../../support/failure-of';
import { fakeActivities, withKibana } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

const SIMULATED = { source: { kind: 'simulate', records: 100 } };
const READ_ONLY =
  'Elasticsearch answered 403 (cluster_block_exception: blocked by: [FORBIDDEN/6/cluster read-only (api)];)';

const worker = workerOfSuite();
let runs = 0;

async function start(activities: Activities): Promise<WorkflowHandle> {
  const name = `failing-${++runs}`;
  worker.serve(name, activities);
  const { client, taskQueue } = worker;
  const options = { taskQueue, workflowId: `pipeline/${name}`, workflowExecutionTimeout: '2 days' };
  return await client.workflow.start('streamingPipeline', { ...options, args: [SIMULATED] });
}

async function progressOf(handle: WorkflowHandle): Promise<PipelineProgress> {
  return await handle.query<PipelineProgress>('progress');
}

/** Waits until something is shown that needs attention, and returns the first of it. */
async function attentionOf(handle: WorkflowHandle): Promise<Attention> {
  for (let second = 0; second < 300; second++) {
    await worker.environment.sleep('1 second');
    const [first] = (await progressOf(handle)).attention;
    if (first !== undefined) return first;
  }
  throw new Error('expected something to need attention within minutes');
}

describe('an activity that fails', () => {
  it('is shown after its third attempt with its message, also while preparing, and no longer once it succeeds', async () => {
    const { activities } = fakeActivities();
    let attempts = 0;
    let isReadOnly = true;
    const handle = await start({
      ...activities,
      prepareTopics: (plan) => {
        attempts += 1;
        if (isReadOnly) return Promise.reject(pipelineFailure('IndexMisconfigured', READ_ONLY));
        return activities.prepareTopics(plan);
      },
    });
    expect(await attentionOf(handle)).toEqual({
      ...{ stage: 'pipeline', state: 'RETRYING', partition: null, command: null },
      reason: `IndexMisconfigured: ${READ_ONLY}`,
    });
    expect(attempts).toBeLessThan(10);
    expect(await progressOf(handle)).toMatchObject({ phase: 'preparing', state: 'RETRYING' });

    await worker.environment.sleep('20 minutes');
    // Six events in five minutes: a day adds less than half of what Temporal warns about.
    expect((await handle.describe()).historyLength).toBeLessThan(80);
    expect((await progressOf(handle)).attention).toHaveLength(1);
    isReadOnly = false;
    expect(await handle.result()).toMatchObject({ reconciled: true });
    expect(await progressOf(handle)).toMatchObject({ state: 'RUNNING', attention: [] });
  });

  it('parks at its first attempt because of a bug, and continues when it is resumed', async () => {
    const { activities } = fakeActivities();
    let attempts = 0;
    const handle = await start({
      ...activities,
      prepareTopics: (plan) => {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new TypeError('x is undefined')) : activities.prepareTopics(plan);
      },
    });
    const { command, ...shown } = await attentionOf(handle);
    expect(shown).toMatchObject({
      stage: 'pipeline',
      state: 'PARKED',
      reason: 'prepareTopics: TypeError: x is undefined',
    });
    expect(command).toContain(`-w ${handle.workflowId} --name resume`);
    await worker.environment.sleep('1 hour');
    expect(attempts).toBe(1);
    expect(await handle.executeUpdate('resume')).toMatchObject({ state: 'RUNNING' });
    expect(await handle.result()).toMatchObject({ reconciled: true });
  });

  it.each([
    ['source', 'publishSimulatedRange'],
    ['spark', 'watchSparkJob'],
    ['readings', 'indexLane'],
    ['reconcile', 'reconcileRun'],
    ['pipeline', 'storeReport'],
  ] as const)('is shown for the stage %s: %s', async (stage, name) => {
    const { activities } = fakeActivities();
    let isBroken = true;
    const run = activities[name] as (input: never) => Promise<unknown>;
    const broken = (input: never) => (isBroken ? Promise.reject(new Error('no space left')) : run(input));
    const handle = await start({ ...activities, [name]: broken });
    const shown = await attentionOf(handle);
    expect(shown).toMatchObject({ state: 'RETRYING', reason: `${name}: Error: no space left` });
    // The three indexers fail at the same time.
    if (name !== 'indexLane') expect(shown.stage).toBe(stage);
    isBroken = false;
    expect(await handle.result()).toMatchObject({ reconciled: true });
  });

  it('resumes a proof that a bug has parked by the command that is shown', async () => {
    const { activities } = fakeActivities();
    let attempts = 0;
    const handle = await start({
      ...activities,
      reconcileRun: (request) => {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new RangeError('invalid offset')) : activities.reconcileRun(request);
      },
    });
    const { command, reason } = await attentionOf(handle);
    expect(reason).toContain('RangeError: invalid offset');
    const proof = /-w (\S+) --name resume/.exec(command ?? '')?.[1] ?? '';
    await worker.client.workflow.getHandle(proof).executeUpdate('resume');
    expect(await handle.result()).toMatchObject({ reconciled: true });
    expect(attempts).toBe(2);
  });

  it('fails the run if its failure is one that no attempt can mend', async () => {
    const { activities } = fakeActivities();
    const refused = () => Promise.reject(pipelineFailure('OffsetOutOfRange', 'removed by retention'));
    const handle = await start({ ...activities, reconcileRun: refused });
    expect(await failureOf(handle.result())).toMatchObject({ type: 'OffsetOutOfRange' });
  });

  it('does not hold up a run because of a bug in the import of dashboards', async () => {
    const { activities } = fakeActivities();
    const deployDashboards = () => Promise.reject(new TypeError('x is undefined'));
    const handle = await start(withKibana({ ...activities, deployDashboards }));
    expect(await handle.result()).toMatchObject({
      reconciled: true,
      notes: ['The dashboards were not imported into Kibana: x is undefined'],
    });
  });

  it('does not keep a cancelled run open', async () => {
    const { activities } = fakeActivities();
    const prepareTopics = () => Promise.reject(new TypeError('x is undefined'));
    const handle = await start({ ...activities, prepareTopics });
    await attentionOf(handle);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
  });
});

describe('a driver whose records are gone', () => {
  it('is parked at once with what is lost, and resuming accepts it for the next driver alone', async () => {
    const { activities } = fakeActivities();
    const submitted: SubmitSparkJobInput[] = [];
    const message = 'Topic t partition 0 starts at offset 150, expected 100';
    const handle = await start({
      ...activities,
      submitSparkJob: (input) => {
        submitted.push(input);
        return activities.submitSparkJob(input);
      },
      watchSparkJob: async (input) => {
        const seen = await activities.watchSparkJob(input);
        const dead = { ...seen, running: false, exitOk: false, committed: null, lastBatch: null };
        if (submitted.length === 1) return { ...dead, lost: { type: 'OffsetOutOfRange', message } };
        return submitted.length === 2 ? { ...dead, error: 'OutOfMemoryError: Java heap space' } : seen;
      },
    });
    const { reason, state, command } = await attentionOf(handle);
    expect({ reason, state }).toEqual({ reason: `OffsetOutOfRange: ${message}`, state: 'PARKED' });
    expect(command).toContain('--name resume');
    await worker.environment.sleep('10 minutes');
    expect(submitted).toHaveLength(1);
    await handle.executeUpdate('resume');
    expect(await handle.result()).toMatchObject({ reconciled: true, sparkStarts: 3 });
    expect(submitted.map(({ accepted }) => accepted)).toEqual([null, 'OffsetOutOfRange', null]);
  });

  it('quotes the error of a driver that dies, from its first death on', async () => {
    const { activities } = fakeActivities();
    let deaths = 0;
    const handle = await start({
      ...activities,
      watchSparkJob: async (input) => {
        const seen = await activities.watchSparkJob(input);
        const error = 'RecordTooLargeException: The message is 5000000 bytes';
        const dead = { ...seen, running: false, exitOk: false, error, committed: null, lastBatch: null };
        return ++deaths <= 3 ? dead : seen;
      },
    });
    const { reason, state } = await attentionOf(handle);
    expect(state).toBe('RETRYING');
    expect(reason).toMatch(/^SparkFailed: the driver ended .* micro-batch: RecordTooLargeException: The message is/);
    expect(await handle.result()).toMatchObject({ reconciled: true });
    expect((await progressOf(handle)).attention).toEqual([]);
  });
});
