import type { WorkflowHandle } from '@temporalio/client';
import { pipelineFailure } from '../../../activities/contracts/failures';
import type { RangeVerdict } from '../../../activities/contracts/proof-range';
import type { Activities } from '../../../activities';
import { parseInput } from '../../../activities/preparation/parse-input';
import type { PipelineProgress, ProofProgress, RangesProgress } from '../../../workflows/control/progress';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

const worker = workerOfSuite();
const EMPTY = { raw: { 0: '0' }, enriched: { 0: '0' }, windows: { 0: '0' }, deadLetter: { 0: '0' } };
const ENDLESS = {
  source: { kind: 'simulate', records: null, ratePerSecond: 10 },
  prove: { every: '10 minutes', again: 2 },
};
let runs = 0;

interface Proven {
  /** Numbers of the ranges that were proven again. */
  readonly again: number[];
  /** Raw offsets of the ranges. */
  readonly ranges: (readonly [string | undefined, string | undefined])[];
  /** Ranges that are not reconciled. */
  readonly red: Set<number>;
  /** The first range that Kafka still has. */
  retained: number;
  /** Records that Spark has committed. */
  committed: number;
}

function activitiesOf(proven: Proven, overrides: Partial<Activities> = {}): Activities {
  const verdict = (number: number): Omit<RangeVerdict, 'next'> => {
    const reconciled = !proven.red.has(number);
    return { number, reconciled, published: 10, discrepancies: reconciled ? {} : { 'indexed twice': 3 } };
  };
  const { activities } = fakeActivities({
    closeRange: async ({ from }) => {
      const closedMs = await worker.environment.currentTimeMs();
      return { closedMs, from, to: { ...from, raw: { 0: String(proven.committed) } } };
    },
    proveRange: ({ request: { scope, range } }) => {
      proven.ranges.push([scope.raw.from[0], scope.raw.to[0]]);
      const { enriched, deadLetter } = { enriched: scope.enriched.to, deadLetter: scope.deadLetter.to };
      return Promise.resolve({
        ...verdict(range.number),
        next: { enriched, deadLetter, windowsFromMs: range.windowsToMs },
      });
    },
    proveRangeAgain: ({ number }) => {
      proven.again.push(number);
      return Promise.resolve(number < proven.retained ? null : verdict(number));
    },
    ...overrides,
  });
  return activities;
}

/** Runs the proof of a pipeline for some periods, in each of which Spark has committed ten records more. */
async function prove(
  periods: number,
  change: (period: number, proven: Proven, handle: WorkflowHandle) => Promise<void> | void = () => undefined,
  overrides: Partial<Activities> = {},
): Promise<Proven & { readonly progress: RangesProgress }> {
  const name = `proof-${++runs}`;
  const workflowId = `pipeline/${name}`;
  const proven: Proven = { again: [], ranges: [], red: new Set(), retained: 1, committed: 10 };
  worker.serve(name, activitiesOf(proven, overrides));
  const startedAt = new Date(await worker.environment.currentTimeMs()).toISOString();
  const request = { input: ENDLESS, workflowId, run: 'run', startedAt };
  const plan = { ...parseInput({ io: 'io', lanes: 'lanes', host: 'host' }, request), ioTaskQueue: worker.taskQueue };
  const handle = await worker.client.workflow.start('proveRanges', {
    ...{ taskQueue: worker.taskQueue, workflowId: `${workflowId}/proof`, workflowExecutionTimeout: '2 days' },
    args: [{ plan, prepared: { start: EMPTY, end: EMPTY } }],
  });
  await worker.environment.sleep('5 minutes');
  for (let period = 1; period <= periods; period++) {
    await change(period, proven, handle);
    await worker.environment.sleep('10 minutes');
    proven.committed += 10;
  }
  const progress = await handle.query<RangesProgress>('progress');
  await handle.terminate();
  return { ...proven, progress };
}

function untilMs({ provenUntil }: ProofProgress): number {
  return Date.parse(provenUntil ?? '');
}

describe('proveRanges', () => {
  it('proves what came since the last time, the last ranges again, and the earlier one that is longest ago', async () => {
    const { ranges, again, progress } = await prove(6);
    expect(ranges.slice(0, 3)).toEqual([
      ['0', '10'],
      ['10', '20'],
      ['20', '30'],
    ]);
    // After ranges 2, 3, 4, 5 and 6; what is longest ago comes first.
    expect(again).toEqual([1, ...[1, 2], ...[1, 2, 3], ...[1, 3, 4], ...[2, 4, 5]]);
    expect(progress).toMatchObject({ ranges: 6, unproven: 0, attention: [] });
    expect(untilMs(progress)).toBeGreaterThan((await worker.environment.currentTimeMs()) - 660_000);
  });

  it('says when ranges were last proven, and within which time each of the earlier ones is again', async () => {
    const { again, progress } = await prove(12);
    const { latest, earlier, proven } = progress;
    expect(latest.map(({ number }) => number)).toEqual([11, 12]);
    expect(earlier).toMatchObject({ first: 1, last: 10, turnMs: 6_000_000 });
    expect(proven.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const times = proven.slice(0, 10).map(({ provenAt }) => provenAt);
    expect(earlier?.provenAt).toBe([...times].sort()[0]);
    expect(Date.parse(String(latest[0]?.provenAt)) - Date.parse(String(earlier?.provenAt))).toBeLessThan(6_000_000);
    expect(again.filter((number) => number === 1).length).toBeGreaterThan(4);
  });

  it('shows a range that is not reconciled until it is, and is not proven further meanwhile', async () => {
    const seen: ProofProgress[] = [];
    const { progress } = await prove(5, async (period, { red }, handle) => {
      if (period === 3) red.add(2);
      if (period === 4) {
        seen.push(await handle.query<ProofProgress>('progress'));
        red.clear();
      }
      if (period === 2) seen.push(await handle.query<ProofProgress>('progress'));
    });
    const reason = 'range 2 is not reconciled: 3 × indexed twice';
    const command = expect.stringMatching(/^temporal workflow execute --type reconcile .*"range":2}'$/) as string;
    const [first = Number.NaN, second = Number.NaN] = seen.map(untilMs);
    expect(seen[1]).toMatchObject({ unproven: 1, attention: [{ stage: 'proof', state: 'UNPROVEN', reason, command }] });
    expect(second - first).toBeLessThan(660_000);
    expect(progress).toMatchObject({ unproven: 0, attention: [] });
    expect(untilMs(progress)).toBeGreaterThan(second);
  });

  it('leaves out of the rotation what Kafka no longer has', async () => {
    const { again, progress } = await prove(8, (period, proven) => {
      if (period === 5) proven.retained = 3;
    });
    expect(again.slice(-9)).toEqual([...[2, 4, 5], ...[3, 5, 6], ...[4, 6, 7]]);
    expect(progress).toMatchObject({ earlier: { first: 3, last: 6, turnMs: 2_400_000 } });
    expect(progress.proven.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('makes no range while nothing comes, once the windows of the last one are closed', async () => {
    const { ranges, progress } = await prove(6, (_period, proven) => {
      proven.committed = 10;
    });
    // Windows of the first one close 15 minutes later.
    expect(ranges).toEqual([
      ['0', '10'],
      ['10', '10'],
      ['10', '10'],
    ]);
    expect(progress.provenUntil).not.toBeNull();
  });

  it('says of a range that cannot be proven why, and goes on with the next one', async () => {
    const proveRange: Activities['proveRange'] = ({ request: { range } }) =>
      range.number === 1
        ? Promise.reject(pipelineFailure('OffsetOutOfRange', 'removed by retention'))
        : Promise.resolve({
            ...{ number: range.number, reconciled: true, published: 1, discrepancies: {} },
            next: { enriched: { 0: '0' }, deadLetter: { 0: '0' }, windowsFromMs: range.windowsToMs },
          });
    const { progress } = await prove(1, undefined, { proveRange });
    expect(progress.attention[0]?.reason).toBe('range 1 cannot be proven: OffsetOutOfRange: removed by retention');
    expect(progress).toMatchObject({ ranges: 1, provenUntil: null });
  });
});

describe('streamingPipeline', () => {
  it('is LAGGING while the readings of the last minute take too long, and no longer once they do not', async () => {
    const name = `proof-${++runs}`;
    const { activities } = fakeActivities();
    const parse: Activities['parseInput'] = async (request) => ({
      ...(await activities.parseInput(request)),
      maxLagMs: 1_000,
    });
    worker.serve(name, { ...activities, parseInput: parse });
    const handle = await worker.client.workflow.start('streamingPipeline', {
      ...{ taskQueue: worker.taskQueue, workflowId: `pipeline/${name}`, workflowExecutionTimeout: '2 days' },
      args: [{ source: { kind: 'simulate', records: 1_000, ratePerSecond: 1 } }],
    });
    const totals = { in: 1, out: 1, deadLetters: 0, absent: 0, bytes: 1, lag: 0, firstMs: 1, lastMs: 2 };
    const stateWith = async (p95Ms: number): Promise<PipelineProgress> => {
      await handle.signal('stageTotals', 'readings', totals, [], { records: 1, p50Ms: 500, p95Ms });
      return await handle.query<PipelineProgress>('progress');
    };
    const reason =
      'published to indexed: half within 0.5 s, 95 % within 1.6 s, expected at most 1.0 s, the maxLag of the input';
    expect(await stateWith(1_640)).toMatchObject({ state: 'LAGGING', attention: [{ stage: 'readings', reason }] });
    expect(await stateWith(1_000)).toMatchObject({ state: 'RUNNING', attention: [], latency: { p95Ms: 1_000 } });
    await handle.terminate();
  });

  it('shows at once what its proof reports', async () => {
    const name = `proof-${++runs}`;
    const { activities } = fakeActivities();
    worker.serve(name, activities);
    const handle = await worker.client.workflow.start('streamingPipeline', {
      ...{ taskQueue: worker.taskQueue, workflowId: `pipeline/${name}`, workflowExecutionTimeout: '2 days' },
      args: [{ source: { kind: 'simulate', records: 1_000, ratePerSecond: 1 } }],
    });
    const attention = [{ stage: 'proof', state: 'UNPROVEN', partition: null, reason: 'r', command: 'c' }];
    const [provenAt, until] = ['2026-01-01T12:41:00.000Z', '2026-01-01T12:40:00.000Z'];
    const earlier = { first: 1, last: 6, provenAt, turnMs: 3_600_000 };
    const proof = { provenUntil: until, ranges: 7, unproven: 1, latest: [{ number: 7, provenAt }], earlier };
    await handle.signal('proof', { ...proof, attention });
    const progress = await handle.query<PipelineProgress>('progress');
    expect(progress).toMatchObject({ state: 'UNPROVEN', attention, proof });
    await handle.terminate();
  });
});
