import type { LiveCost } from './live-cost';
import { liveTable } from './live-table';

const PERCENTILES = { p50: 900, p95: 1_500, p99: 2_000 };

function cost(actions: number): LiveCost {
  const byKind = { activities: actions, heartbeats: 10, timers: 0, signals: 0, others: 0 };
  const parts = { worker: 80.04, spark: 400, kafka: 90, elasticsearch: 300, temporal: 20 };
  return {
    readingsPerSecond: 995,
    latencies: {
      publishedToEnriched: PERCENTILES,
      enrichedToIndexed: PERCENTILES,
      publishedToIndexed: PERCENTILES,
      indexedToSearchable: PERCENTILES,
      publishedToSearchable: PERCENTILES,
    },
    micros: parts,
    firstSearchableMs: 18_000,
    actionsPerHour: byKind,
    idle: {
      cores: { worker: 0.009, spark: 0.1, kafka: 0.02, elasticsearch: 0.01, temporal: 0.005 },
      actionsPerHour: byKind,
      wakeUpMs: 2_100,
    },
  };
}

function cellsOf(table: string, heading: string): string[] {
  const line = table.split('\n').find((each) => each.startsWith(heading)) ?? '';
  return line.slice(heading.length).trim().split(/\s+/);
}

describe('the table of the live bench', () => {
  const { readingsPerSecond, latencies, micros } = cost(0);
  const naive = { readingsPerSecond, latencies, micros: { ...micros, spark: 0 } };

  it('has a column for each commit, their ratio and the naive loop', () => {
    const commits = new Map([
      ['HEAD~1', cost(4_000)],
      ['HEAD', cost(1_000)],
    ]);
    const table = liveTable(commits, naive);
    expect(cellsOf(table, 'live')).toEqual(['HEAD~1', 'HEAD', 'ratio', 'naive', 'loop']);
    expect(cellsOf(table, 'published → searchable, p95 ms')).toEqual(['1500', '1500', '1.00', '1500']);
    expect(cellsOf(table, 'billed actions an hour, at that rate')).toEqual(['4010', '1010', '0.25', '–']);
    expect(cellsOf(table, 'all parts: CPU µs per reading')).toEqual(['890.0', '890.0', '1.00', '490.0']);
    expect(cellsOf(table, 'idle: worker, % of a core')).toEqual(['0.9', '0.9', '1.00', '–']);
  });

  it('has no ratio of a single commit', () => {
    const table = liveTable(new Map([['HEAD', cost(1)]]), naive);
    expect(cellsOf(table, 'live')).toEqual(['HEAD', 'naive', 'loop']);
    expect(cellsOf(table, 'first reading searchable after ms')).toEqual(['18000', '–']);
  });
});
