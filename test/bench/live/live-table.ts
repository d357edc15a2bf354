import { alignedColumns } from '../../support/aligned-columns';
import { ACTION_KINDS, totalActions, type BilledActions } from './billed-actions';
import type { Latencies, Percentiles } from './latencies';
import { PARTS, type LiveCost, type LoadCost } from './live-cost';

/** One figure of a contender; undefined if it has none. */
type Figure = (load: LoadCost, live: LiveCost | undefined) => number | undefined;
type Row = readonly [heading: string, figure: Figure, digits: number];

const LATENCIES: readonly (readonly [heading: string, latency: keyof Latencies])[] = [
  ['published → enriched', 'publishedToEnriched'],
  ['enriched → indexed', 'enrichedToIndexed'],
  ['published → indexed', 'publishedToIndexed'],
  ['indexed → searchable', 'indexedToSearchable'],
  ['published → searchable', 'publishedToSearchable'],
];
const PERCENTILES: readonly (keyof Percentiles)[] = ['p50', 'p95', 'p99'];

const ROWS: readonly Row[] = [
  ['readings per second', ({ readingsPerSecond }) => readingsPerSecond, 0],
  ...LATENCIES.flatMap(([heading, latency]) =>
    PERCENTILES.map((which): Row => [`${heading}, ${which} ms`, ({ latencies }) => latencies[latency][which], 0]),
  ),
  ['first reading searchable after ms', (_, live) => live?.firstSearchableMs, 0],
  ...PARTS.map((part): Row => [`${part}: CPU µs per reading`, ({ micros }) => micros[part], 1]),
  ['all parts: CPU µs per reading', ({ micros }) => PARTS.reduce((sum, part) => sum + micros[part], 0), 1],
  ...actionRows('at that rate', (live) => live.actionsPerHour),
  ...actionRows('idle', ({ idle }) => idle.actionsPerHour),
  ...PARTS.map((part): Row => [`idle: ${part}, % of a core`, (_, live) => live && live.idle.cores[part] * 100, 1]),
  ['after the silence searchable after ms', (_, live) => live?.idle.wakeUpMs, 0],
];

function actionRows(when: string, actionsOf: (live: LiveCost) => BilledActions): Row[] {
  const kinds = ACTION_KINDS.map((kind): Row => [`  ${kind}`, (_, live) => live && actionsOf(live)[kind], 0]);
  return [[`billed actions an hour, ${when}`, (_, live) => live && totalActions(actionsOf(live)), 0], ...kinds];
}

/** One column for each commit, the ratio of the last to the first if there are two, and one for the naive loop. */
export function liveTable(costs: ReadonlyMap<string, LiveCost>, naive: LoadCost): string {
  const commits = [...costs.values()];
  const rows = ROWS.map(([heading, figure, digits]) => {
    const figures = commits.map((cost) => figure(cost, cost));
    const [first, second] = figures;
    const ratio = first === undefined || second === undefined ? [] : [(second / first).toFixed(2)];
    return [heading, ...figures.map((value) => cell(value, digits)), ...ratio, cell(figure(naive, undefined), digits)];
  });
  const headings = ['live', ...costs.keys(), ...(commits.length === 2 ? ['ratio'] : []), 'naive loop'];
  return [...alignedColumns([headings, ...rows]), ''].join('\n');
}

function cell(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}
