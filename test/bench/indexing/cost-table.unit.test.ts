import type { Cost } from './cost';
import { costTable } from './cost-table';

function cost(documentsPerSecond: number, historyEvents = 0): Cost {
  return {
    documentsPerSecond,
    clientMicros: 14.04,
    elasticsearchMicros: 61.5,
    extraMb: 120.4,
    peakMb: 251,
    historyEvents,
  };
}

describe('the table of the indexing bench', () => {
  it('has the medians of each contender in separate columns', () => {
    const costs = new Map([
      ['naive', [cost(9_000), cost(10_000), cost(12_345)]],
      ['splice', [cost(12_700)]],
      ['ours alone', [cost(13_000)]],
      ['ours', [cost(12_500, 1_043)]],
      ['ours secured', [cost(11_875, 1_043)]],
    ]);
    expect(costTable(costs, 200_000).split('\n')).toEqual([
      'indexing      documents/s  × naive  client µs/doc  Elasticsearch µs/doc  MB above idle  peak MB  history events',
      'naive               10000     1.00           14.0                  61.5            120      251               0',
      'splice              12700     1.27           14.0                  61.5            120      251               0',
      'ours alone          13000     1.30           14.0                  61.5            120      251               0',
      'ours                12500     1.25           14.0                  61.5            120      251            1043',
      'ours secured        11875     1.19           14.0                  61.5            120      251            1043',
      '',
      '200000 documents; ours is 0.96 × ours alone; ours secured is 0.95 × ours',
      '',
    ]);
  });

  it('leaves out the ratios if only one contender runs, and stays aligned', () => {
    const lines = costTable(new Map([['ours alone', [cost(13_000)]]]), 4).split('\n');
    expect(lines[1]).toContain(' –  ');
    expect(lines[1]).toHaveLength(lines[0]?.length ?? 0);
    expect(lines[3]).toBe('4 documents');
  });
});
