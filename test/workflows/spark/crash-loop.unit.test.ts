import { afterDriver, NO_CRASHES, pauseMs, troubleAfter } from '../../../workflows/spark/crash-loop';

const FAILED = { exitOk: false, error: 'IOException: x', lastBatch: null, lastLogLines: ['ERROR x'] };
const OUTAGE = { ...FAILED, error: 'SchemaRegistryUnavailable: expected a schema from http://r/schemas/ids/7' };

/** The crash loop after drivers that end in this way, one after the other. */
function after(...ends: (typeof FAILED | { lastBatch: number })[]) {
  return ends.reduce((loop, end) => afterDriver(loop, { ...FAILED, ...end }, false), NO_CRASHES);
}

describe('the crash loop of a Spark job', () => {
  it('parks after five drivers in a row that commit nothing, and shows the error of each before', () => {
    const fourth = after(FAILED, FAILED, FAILED, FAILED);
    expect(troubleAfter(fourth, FAILED)).toMatchObject({
      state: 'RETRYING',
      reason: expect.stringMatching(/^SparkFailed: the driver ended 4 times in a row .*: IOException: x\./) as string,
    });
    expect(troubleAfter(afterDriver(fourth, FAILED, false), FAILED)).toMatchObject({ state: 'PARKED' });
    expect([1, 2, 3].map((ends) => pauseMs(after(...(Array(ends).fill(FAILED) as (typeof FAILED)[]))))).toEqual([
      2_000, 4_000, 8_000,
    ]);
  });

  it('begins anew after a committed micro-batch', () => {
    const loop = after(FAILED, FAILED, { lastBatch: 3 });
    expect(loop).toEqual({ failedStarts: 0, outages: 0, lastBatch: 3 });
    expect(troubleAfter(loop, FAILED)).toBeNull();
    expect(pauseMs(loop)).toBe(0);
  });

  it('waits out a schema registry that is away, at most a minute at a time, and counts no failed start', () => {
    const hour = after(FAILED, ...Array<typeof FAILED>(60).fill(OUTAGE));
    expect(hour).toMatchObject({ failedStarts: 1, outages: 60 });
    expect(troubleAfter(hour, OUTAGE)).toEqual({ state: 'RETRYING', reason: OUTAGE.error });
    expect(pauseMs(hour)).toBe(60_000);
    expect(pauseMs(after({ ...OUTAGE, lastBatch: 2 }))).toBe(2_000);
  });
});
