import { medianCost, WITH_TEMPORAL, type Cost } from './cost';

const COLUMNS: readonly (readonly [heading: string, cell: (cost: Cost, naive: Cost | undefined) => string])[] = [
  ['documents/s', ({ documentsPerSecond }) => String(Math.round(documentsPerSecond))],
  [
    '× naive',
    (cost, naive) => (naive === undefined ? '–' : (cost.documentsPerSecond / naive.documentsPerSecond).toFixed(2)),
  ],
  ['client µs/doc', ({ clientMicros }) => clientMicros.toFixed(1)],
  ['Elasticsearch µs/doc', ({ elasticsearchMicros }) => elasticsearchMicros.toFixed(1)],
  ['MB above idle', ({ extraMb }) => extraMb.toFixed(0)],
  ['peak MB', ({ peakMb }) => peakMb.toFixed(0)],
  ['history events', ({ historyEvents }) => String(historyEvents)],
];

/** Medians of the rounds of each contender, in columns as wide as what stands in them. */
export function costTable(costs: ReadonlyMap<string, readonly Cost[]>, documents: number): string {
  const medians = new Map([...costs].map(([name, list]) => [name, medianCost(list)]));
  const naive = medians.get('naive');
  const rows = [
    ['indexing', ...COLUMNS.map(([heading]) => heading)],
    ...[...medians].map(([name, cost]) => [name, ...COLUMNS.map(([, cell]) => cell(cost, naive))]),
  ];
  const [ours, alone] = [medians.get(WITH_TEMPORAL), medians.get('ours alone')];
  const durability =
    ours === undefined || alone === undefined
      ? ''
      : `; ours is ${(ours.documentsPerSecond / alone.documentsPerSecond).toFixed(2)} × ours alone`;
  return [...aligned(rows), '', `${documents} documents${durability}`, ''].join('\n');
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widthOf(column)) : cell.padStart(widthOf(column))))
      .join('  '),
  );
}
