import type { Activities } from '../../../activities';
import { pipelineFailure } from '../../../activities/contracts/failures';
import type { RedriveSliceInput, SliceCounts } from '../../../activities/indexing/redrive/redrive-slice';
import { planRedrive } from '../../../activities/preparation/plan-redrive';
import type { KafkaGateway } from '../../../activities/kafka';
import type { RedriveResult } from '../../../workflows/operations/redrive-dead-letters';
import { fakeActivities } from '../fake-activities';
import { workerOfSuite } from '../time-skipping-worker';

const OFFSETS = { start: { 0: '0', 1: '10' }, end: { 0: '120000', 1: '30' } };
const kafka = { offsets: () => Promise.resolve(OFFSETS) } as unknown as KafkaGateway;

const worker = workerOfSuite();

async function redrive(
  input: unknown,
  redriveSlice: Activities['redriveSlice'],
): Promise<{ readonly result: RedriveResult; readonly slices: readonly RedriveSliceInput[] }> {
  const { client, taskQueue } = worker;
  const slices: RedriveSliceInput[] = [];
  const { activities } = fakeActivities({
    planRedrive: (request) => planRedrive(kafka, () => Promise.resolve(true), taskQueue, request),
    redriveSlice: (slice) => {
      slices.push(slice);
      return redriveSlice(slice);
    },
  });
  worker.serve('mine', activities);
  const request = { taskQueue, workflowId: 'redrive/mine/all', args: [input] };
  const result: unknown = await client.workflow.execute('redriveDeadLetters', request);
  return { result: result as RedriveResult, slices };
}

function counted(): Promise<SliceCounts> {
  const byReason = {
    'parse:Empty': { deadLetters: 3, redriven: 2, resolved: 1 },
    'index:x': { deadLetters: 1, exhausted: 1 },
  };
  return Promise.resolve({ byReason, unindexed: 2 });
}

describe('redriveDeadLetters', () => {
  it('reads every partition slice by slice, and adds up the outcomes of the dead letters', async () => {
    const { result, slices } = await redrive({ name: 'mine', stage: 'parse' }, counted);
    expect(slices.map(({ partition, from, to }) => [partition, from, to])).toEqual([
      [0, '0', '50000'],
      [0, '50000', '100000'],
      [0, '100000', '120000'],
      [1, '10', '30'],
    ]);
    expect(result).toMatchObject({
      dryRun: true,
      byReason: {
        'parse:Empty': { deadLetters: 12, redriven: 8, resolved: 4 },
        'index:x': { deadLetters: 4, exhausted: 4 },
      },
      total: { deadLetters: 16, redriven: 8, resolved: 4, exhausted: 4 },
      unindexed: 8,
      topic: 'mine.dead-letter',
    });
  });

  it('is a dry run by default, and returns the input that redrives the same offsets', async () => {
    const { result, slices } = await redrive({ name: 'mine', reasons: ['Empty'] }, counted);
    expect(slices.every(({ dryRun }) => dryRun)).toBe(true);
    const { inputToRedrive } = result;
    expect(inputToRedrive).toEqual({
      ...{ name: 'mine', reasons: ['Empty'], from: OFFSETS.start, to: OFFSETS.end, dryRun: false },
    });
    const redriven = await redrive(inputToRedrive, counted);
    expect(redriven.slices).toEqual(slices.map((slice) => ({ ...slice, dryRun: false })));
    expect(redriven.result).not.toHaveProperty('inputToRedrive');
  });

  it('says how many dead letters nobody would read, and what to do', async () => {
    const noReader = { 'parse:Empty': { deadLetters: 3, noReader: 3 } };
    const { result } = await redrive({ name: 'mine', dryRun: false }, () =>
      Promise.resolve({ byReason: noReader, unindexed: 0 }),
    );
    expect(result.total).toEqual({ deadLetters: 12, noReader: 12 });
    expect(result.note).toMatch(/^12 dead letters of stage parse are left as they are.* start the pipeline again/);
  });

  it('waits for an unavailable server', async () => {
    let attempts = 0;
    const failsThreeTimes = (): Promise<SliceCounts> =>
      ++attempts <= 3
        ? Promise.reject(pipelineFailure('ServiceUnavailable', 'Elasticsearch does not answer'))
        : counted();
    const { result } = await redrive({ name: 'mine' }, failsThreeTimes);
    expect(attempts).toBe(7);
    expect(result.total.deadLetters).toBe(16);
  });

  it('fails immediately on invalid input', async () => {
    const failed = redrive({ name: 'Not A Name' }, counted);
    await expect(failed).rejects.toMatchObject({ cause: { cause: { type: 'InvalidInput' } } });
  });
});
