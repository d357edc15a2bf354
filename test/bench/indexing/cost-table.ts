import { alignedColumns } from '../../support/aligned-columns';
import { medianCost, SECURED, WITH_TEMPORAL, type Cost } from './cost';

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

/** Formats the medians of each contender's rounds as text with aligned columns. */
export function costTable(costs: ReadonlyMap<string, readonly Cost[]>, documents: number): string {
  const medians = new Map([...costs].map(([name, list]) => [name, medianCost(list)]));
  const naive = medians.get('naive');
  const rows = [
    ['indexing', ...COLUMNS.map(([heading]) => heading)],
    ...[...medians].map(([name, cost]) => [name, ...COLUMNS.map(([, cell]) => cell(cost, naive))]),
  ];
  const ratio = (name: string, to: string): string => {
    const [one, other] = [medians.get(name), medians.get(to)];
    if (one === undefined || other === undefined) return '';
    return `; ${name} is ${(one.documentsPerSecond / other.documentsPerSecond).toFixed(2)} × ${to}`;
  };
  const ratios = ratio(WITH_TEMPORAL, 'ours alone') + ratio(SECURED, WITH_TEMPORAL);
  return [...alignedColumns(rows), '', `${documents} documents${ratios}`, ''].join('\n');
}
