import type { WorkflowHandle } from '@temporalio/client';
import { pipelineFailure } from '../../../activities/contracts/failures';
import type { Activities } from '../../../activities';
import type { PipelineProgress } from '../../../workflows/control/progress';
import type { RunReport } from '../../../activities/contracts/report';
import { failureOf } from '../../support/failure-of';
import { laneResult, REMOVED } from '../lane-result';
import { fakeActivities, PROOF, withKibana } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

const ONE_HOUR_MS = 3_600_000;
const SIMULATED = { source: { kind: 'simulate', records: 100 } };
const DIED = { running: false, exitOk: false, committed: null, lastBatch: null };

type StartPipeline = (input: unknown) => Promise<WorkflowHandle>;

const worker = workerOfSuite();
let runs = 0;

/** Passes `work` a function that starts a pipeline with these activities. */
async function withWorker<T>(activities: Activities, work: (start: StartPipeline) => Promise<T>): Promise<T> {
  const name = `test-${++runs}`;
  worker.serve(name, activities);
  const { client, taskQueue } = worker;
  return await work((input) =>
    client.workflow.start('streamingPipeline', {
      taskQueue,
      workflowId: `pipeline/${name}`,
      workflowExecutionTimeout: '2 days',
      args: [input],
    }),
  );
}

async function run(start: StartPipeline, input: unknown): Promise<RunReport | null> {
  return (await (await start(input)).result()) as RunReport | null;
}

/** Waits until something needs an operator's attention, and returns it. */
async function attentionOf(handle: WorkflowHandle): Promise<PipelineProgress['attention']> {
  for (let minute = 0; minute < 10; minute++) {
    await worker.environment.sleep('1 minute');
    const { attention } = await handle.query<PipelineProgress>('progress');
    if (attention.length > 0) return attention;
  }
  throw new Error('expected something to need attention');
}

describe('streamingPipeline', () => {
  it('drains its parts in the order of the data flow, proves the run and stores its report', async () => {
    const { activities, calls } = fakeActivities();
    const report = await withWorker(activities, (start) => run(start, SIMULATED));

    expect(report).toMatchObject({
      reconciled: true,
      proof: PROOF,
      deadLetterFlood: null,
      sparkStarts: 1,
      firstIndexedMs: expect.any(Number) as number,
      stages: { source: { out: 100 }, readings: { out: 90 }, windows: { out: 9 }, deadLetters: { out: 10 } },
    });
    const order = [
      'parseInput',
      'prepareTopics',
      'prepareIndices',
      'publishSimulatedRange',
      'reconcileRun',
      'storeReport',
    ];
    expect(calls.filter((name) => order.includes(name))).toEqual(order);
    expect(calls.lastIndexOf('indexLane')).toBeLessThan(calls.indexOf('reconcileRun'));
    expect(calls.filter((name) => name === 'stopSparkJob')).toHaveLength(1);
    expect(calls).not.toContain('deployDashboards');
    expect(calls).not.toContain('recomputeWindows');
  });

  it('recomputes shared windows between the last reading and the end of the windows topic', async () => {
    const order: string[] = [];
    const recomputeWindows: Activities['recomputeWindows'] = () => {
      order.push('recomputed');
      return Promise.resolve(2);
    };
    const { activities } = fakeActivities({ recomputeWindows });
    await activities.publishSimulatedRange({ plan: undefined as never, from: 0, to: 100 });
    const indexLane = activities.indexLane.bind(activities);
    activities.indexLane = (input) => {
      if (input.until !== null) order.push(input.topic.replace(/^.*\./, ''));
      // Nothing is read before its end is known; otherwise the end would have nothing left to wait for.
      const started = Object.entries(input.from).map(([partition, { next }]) => [partition, next] as const);
      return indexLane({ ...input, until: input.until ?? Object.fromEntries(started) });
    };
    const report = await withWorker(activities, (start) => run(start, { source: { kind: 'topic', topic: 'plant' } }));

    expect(report).toMatchObject({ reconciled: true, windowsRecomputed: 2, stages: { readings: { out: 90 } } });
    expect([...new Set(order)]).toEqual(['enriched', 'recomputed', 'windows', 'dead-letter']);
    expect(order.lastIndexOf('enriched')).toBeLessThan(order.indexOf('recomputed'));
  });

  it('reports a flood of dead letters with the first of them, and notes records of other runs', async () => {
    const example = 't partition 0 offset 7, parse:Empty';
    const { activities } = fakeActivities({
      reconcileRun: () => Promise.resolve({ ...PROOF, indexed: 40, deadLetters: 60, foreign: 3 }),
      deadLetterSummary: () => Promise.resolve({ byReason: {}, example }),
    });
    const report = await withWorker(activities, (start) => run(start, SIMULATED));
    expect(report?.deadLetterFlood).toEqual({ deadLetters: 60, absent: 0, records: 100, maxRatio: 0.5, example });
    expect(report?.notes).toEqual([
      expect.stringMatching(/^3 records of test-\d+\.raw were passed over, .* another run/),
    ]);
  });

  it('imports dashboards during the run, even if Kibana becomes ready late', async () => {
    const { activities } = fakeActivities();
    let attempts = 0;
    activities.deployDashboards = () =>
      ++attempts <= 3
        ? Promise.reject(pipelineFailure('ServiceUnavailable', 'Kibana is not ready'))
        : Promise.resolve({ objects: 5 });
    const report = await withWorker(withKibana(activities), (start) => run(start, SIMULATED));

    expect(report).toMatchObject({ reconciled: true, notes: [] });
    expect(attempts).toBe(4);
  });

  it('completes if Kibana rejects the dashboards, and notes the reason in the report', async () => {
    const deployDashboards = () => Promise.reject(pipelineFailure('DashboardsRefused', 'it answered 401'));
    const { activities } = fakeActivities({ deployDashboards });
    const report = await withWorker(withKibana(activities), (start) => run(start, SIMULATED));

    const notes = ['The dashboards were not imported into Kibana: it answered 401'];
    expect(report).toMatchObject({ reconciled: true, notes });
  });

  it('waits an hour for Elasticsearch and then continues', async () => {
    const { activities } = fakeActivities();
    const indexLane = activities.indexLane.bind(activities);
    const startedMs = await worker.environment.currentTimeMs();
    let attempts = 0;
    activities.indexLane = async (input) => {
      attempts += 1;
      if ((await worker.environment.currentTimeMs()) - startedMs < ONE_HOUR_MS) {
        throw pipelineFailure('ServiceUnavailable', 'Elasticsearch does not answer');
      }
      return await indexLane(input);
    };
    const report = await withWorker(activities, (start) => run(start, SIMULATED));

    expect(report).toMatchObject({ reconciled: true });
    expect(attempts).toBeGreaterThan(100);
    expect((await worker.environment.currentTimeMs()) - startedMs).toBeGreaterThanOrEqual(ONE_HOUR_MS);
  });

  it('restarts a driver that died without an error on the same checkpoint', async () => {
    const { activities, calls } = fakeActivities();
    const watchSparkJob = activities.watchSparkJob.bind(activities);
    let crashes = 0;
    activities.watchSparkJob = async (input) => {
      const seen = await watchSparkJob(input);
      return ++crashes <= 3 ? { ...seen, ...DIED } : seen;
    };
    const report = await withWorker(activities, (start) => run(start, SIMULATED));

    expect(report).toMatchObject({ reconciled: true, sparkStarts: 4 });
    expect(calls.filter((name) => name === 'submitSparkJob')).toHaveLength(4);
  });

  it('parks a driver that dies repeatedly without progress, with its last log lines, until it is resumed', async () => {
    const { activities } = fakeActivities();
    const watchSparkJob = activities.watchSparkJob.bind(activities);
    let isFailing = true;
    activities.watchSparkJob = async (input) => {
      const seen = await watchSparkJob(input);
      return isFailing ? { ...seen, ...DIED, lastLogLines: ['java.lang.OutOfMemoryError'] } : seen;
    };
    const report: unknown = await withWorker(activities, async (start): Promise<unknown> => {
      const handle = await start(SIMULATED);
      const [parked] = await attentionOf(handle);
      expect(parked).toMatchObject({ stage: 'spark', state: 'PARKED' });
      expect(parked?.reason).toContain('OutOfMemoryError');
      expect(parked?.command).toContain('--name resume');
      isFailing = false;
      await handle.executeUpdate('resume', { args: [{ part: 'spark' }] });
      return await handle.result();
    });
    expect(report).toMatchObject({ reconciled: true });
  });

  it('parks a partition whose offsets no longer exist until they are skipped, and rejects a stop of one part meanwhile', async () => {
    const { activities } = fakeActivities();
    const indexLane = activities.indexLane.bind(activities);
    activities.indexLane = (input) =>
      input.topic.endsWith('.enriched') && Number(input.from['0']?.next) < 50
        ? Promise.resolve(laneResult(input, { 0: 0 }, { refused: [REMOVED] }))
        : indexLane(input);
    const report: unknown = await withWorker(activities, async (start): Promise<unknown> => {
      const handle = await start(SIMULATED);
      const [parked] = await attentionOf(handle);
      expect(parked).toMatchObject({ stage: 'readings', state: 'PARKED', partition: '0' });
      expect(parked?.reason).toContain('OffsetOutOfRange: removed by retention');

      const bad = handle.executeUpdate('skip', {
        args: [{ part: 'readings', partition: 7, to: '50', reason: 'removed' }],
      });
      await expect(bad).rejects.toMatchObject({
        cause: { message: expect.stringContaining('partition: expected') as string },
      });
      const stopOfPart = handle.executeUpdate('stop', { args: [{ part: 'spark', drain: false }] });
      await expect(stopOfPart).rejects.toMatchObject({
        cause: { message: expect.stringContaining('part: unknown field') as string },
      });
      const skip = { part: 'readings', partition: 0, to: '50', reason: 'removed' };
      expect(await handle.executeUpdate('skip', { args: [skip] })).toMatchObject({ state: 'RUNNING' });
      return await handle.result();
    });
    expect(report).toMatchObject({ stages: { readings: { in: 40 } } });
    expect((report as RunReport).notes).toContain('50 offsets of readings were skipped by hand.');
  });

  it('parks a lane that Elasticsearch rejects, and continues by itself when that is fixed', async () => {
    const { activities } = fakeActivities();
    const indexLane = activities.indexLane.bind(activities);
    let isFixed = false;
    activities.indexLane = (input) =>
      isFixed ? indexLane(input) : Promise.reject(pipelineFailure('IndexMisconfigured', 'no write index'));
    const report: unknown = await withWorker(activities, async (start): Promise<unknown> => {
      const handle = await start(SIMULATED);
      const parked = await attentionOf(handle);
      expect(parked.map(({ stage }) => stage).sort()).toContain('readings');
      isFixed = true;
      return await handle.result();
    });
    expect(report).toMatchObject({ reconciled: true, stages: { readings: { in: 90 } } });
  });

  it('suspends every part while it is paused, and continues when it is resumed', async () => {
    const { activities, calls } = fakeActivities();
    const report: unknown = await withWorker(activities, async (start): Promise<unknown> => {
      const handle = await start({ source: { kind: 'simulate', records: 1_000, ratePerSecond: 1 } });
      expect(await handle.executeUpdate('pause', { args: [{ reason: 'an upgrade' }] })).toMatchObject({
        state: 'PAUSED',
        parts: { source: { state: 'PAUSED' }, spark: { state: 'PAUSED' }, readings: { state: 'PAUSED' } },
      });
      await worker.environment.sleep('1 minute');
      const published = calls.filter((name) => name === 'publishSimulatedRange').length;
      await worker.environment.sleep('10 minutes');
      expect(calls.filter((name) => name === 'publishSimulatedRange')).toHaveLength(published);
      expect(await handle.query('progress')).toMatchObject({ state: 'PAUSED', attention: [{ stage: 'pipeline' }] });
      expect((await attentionOf(handle))[0]?.command).toContain(`-w ${handle.workflowId} --name resume`);
      await handle.executeUpdate('resume');
      await handle.executeUpdate('setRate', { args: [{ ratePerSecond: null }] });
      return await handle.result();
    });
    expect(report).toMatchObject({ reconciled: true });
  });

  it('rejects invalid input immediately', async () => {
    const { activities, calls } = fakeActivities();
    const failure = await withWorker(activities, (start) => failureOf(run(start, { sauce: 1 })));
    expect(failure).toMatchObject({ type: 'InvalidInput' });
    expect(calls).toEqual(['parseInput']);
  });
});
