import fc from 'fast-check';
import {
  latencyCounts,
  latencySummary,
  mergedLatency,
  RecentLatency,
  type LatencyCounts,
} from '../../../activities/contracts/latency';

const countsOf = (latencies: readonly number[]): LatencyCounts =>
  latencies.map((ms) => latencyCounts(ms)).reduce(mergedLatency, {});

describe('latency counts', () => {
  it('give quantiles that are at most a fifth too high and never too low, in whatever order they are added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1 }), (latencies) => {
        const sorted = [...latencies].sort((one, other) => one - other);
        const summary = latencySummary(countsOf(latencies));
        expect(summary?.records).toBe(latencies.length);
        for (const [share, found] of [
          [0.5, summary?.p50Ms],
          [0.95, summary?.p95Ms],
        ] as const) {
          const exact = sorted[Math.ceil(latencies.length * share) - 1] ?? 0;
          // The end of a bucket is shown as whole milliseconds.
          expect(found).toBeGreaterThanOrEqual(exact - 0.5);
          expect(found).toBeLessThanOrEqual(exact * 2 ** 0.25 + 0.5);
        }
        expect(summary).toEqual(latencySummary(countsOf(sorted)));
      }),
    );
  });

  it('take a latency below a millisecond, or of a clock that is behind, for none', () => {
    expect(countsOf([0.2, 0, -5])).toEqual({ 0: 3 });
    expect(latencySummary({ 0: 3 })).toEqual({ records: 3, p50Ms: 1, p95Ms: 1 });
  });

  it('have no summary without a record', () => {
    expect(latencySummary({})).toBeNull();
  });
});

describe('RecentLatency', () => {
  it('forgets what is older than a minute once something newer comes', () => {
    const recent = new RecentLatency();
    recent.add(latencyCounts(1_000, 5), 0);
    recent.add(latencyCounts(2, 10), 30_000);
    expect(recent.summary).toMatchObject({ records: 15 });
    recent.add(latencyCounts(2, 10), 61_000);
    expect(recent.summary).toEqual({ records: 20, p50Ms: 2, p95Ms: 2 });
  });

  it('keeps the latest report however old it is', () => {
    const recent = new RecentLatency();
    recent.add(latencyCounts(100), 0);
    recent.add({}, 3_600_000);
    expect(recent.summary).toMatchObject({ records: 1 });
  });

  it('goes on with what an execution before it has left, in a few slots', () => {
    const recent = new RecentLatency();
    for (let nowMs = 0; nowMs < 600_000; nowMs += 100) recent.add(latencyCounts(10), nowMs);
    expect(recent.carried.length).toBeLessThanOrEqual(14);
    const next = new RecentLatency(JSON.parse(JSON.stringify(recent.carried)) as typeof recent.carried);
    expect(next.summary).toEqual(recent.summary);
  });
});
