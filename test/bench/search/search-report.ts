import { seededRandom } from '../../support/seeded-random';
import type { Size } from './contender';

/** Upper limit, relative to the default's bytes per document. */
const MAX_BYTES_RATIO = 0.75;
const MAX_TIME_RATIO = 1;
const RESAMPLES = 1_000;

/** The designs that every round searches; the default twice, which shows how much equal searches differ. */
export const SEARCHED = ['by month', 'one index', 'default', 'default again'] as const;
export type Searched = (typeof SEARCHED)[number];

export interface PanelTimes {
  readonly panel: string;
  /** Times of all searches after the warm-up. */
  readonly ms: Readonly<Record<Searched, number[]>>;
}

/** Formats the tables, and checks whether `by month` meets every target relative to all searches of the default. */
export function searchReport(
  sizes: Readonly<Record<'by month' | 'one index' | 'default', Size>>,
  times: readonly PanelTimes[],
  rounds: number,
): { readonly text: string; readonly met: boolean } {
  const bytes = Object.entries(sizes).map(([name, size]) => ({ name, each: bytesEach(size) }));
  const defaultBytes = bytesEach(sizes.default);
  const large = bytes.filter(({ name, each }) => name !== 'default' && each / defaultBytes > MAX_BYTES_RATIO);
  const panels = times.map(({ panel, ms }) => {
    const compared = { panel, ms, ...ratioOfP95(ms['by month'], [...ms.default, ...ms['default again']]) };
    return { ...compared, again: ratioOfP95(ms['default again'], ms.default).ratio };
  });
  const slow = panels.filter(({ low }) => low > MAX_TIME_RATIO);
  const lines = [
    row(['bytes per reading', ...bytes.map(({ name }) => name)]),
    row(['', ...bytes.map(({ each }) => each.toFixed(1))]),
    row(['of the default', ...bytes.map(({ each }) => (each / defaultBytes).toFixed(2))]),
    '',
    row(['p50 / p95 in ms', ...SEARCHED, 'p95 ratio', 'of equal ones']),
    ...panels.map(({ panel, ms, ratio, low, high, again }) => {
      const interval = `${ratio.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
      return row([panel, ...SEARCHED.map((name) => percentiles(ms[name])), interval, again.toFixed(2)]);
    }),
    '',
    `${sizes.default.documents} readings, ${rounds} rounds; ratios are of by month to the default, with the`,
    '90 % interval of 1,000 resamples; a panel misses its target if the whole interval is above it',
    ...large.map(({ name }) => `MISSED: ${name} takes more than ${MAX_BYTES_RATIO} of the default's bytes`),
    ...slow.map(({ panel, ratio }) => `MISSED: ${panel} takes ${ratio.toFixed(2)} × the default's p95`),
  ];
  return { text: `${lines.join('\n')}\n`, met: large.length === 0 && slow.length === 0 };
}

/** Ratio of the 95th percentiles, with its 90 % bootstrap interval. */
function ratioOfP95(
  one: readonly number[],
  other: readonly number[],
): { readonly ratio: number; readonly low: number; readonly high: number } {
  const random = seededRandom(one.length);
  const drawn = (values: readonly number[]): number[] =>
    values.map(() => values[Math.floor(random() * values.length)] ?? 0);
  const resampled = Array.from({ length: RESAMPLES }, () => percentile(drawn(one), 95) / percentile(drawn(other), 95));
  return {
    ratio: percentile(one, 95) / percentile(other, 95),
    low: percentile(resampled, 5),
    high: percentile(resampled, 95),
  };
}

function percentiles(values: readonly number[]): string {
  return `${percentile(values, 50).toFixed(1)} / ${percentile(values, 95).toFixed(1)}`;
}

function bytesEach({ documents, bytes }: Size): number {
  return bytes / documents;
}

function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * rank) / 100) - 1)] ?? Number.NaN;
}

function row([first = '', ...rest]: readonly string[]): string {
  return first.padEnd(26) + rest.map((cell) => cell.padStart(18)).join('');
}
