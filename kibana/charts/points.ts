import type { Panel } from '../model/panel';
import type { PanelRow } from '../model/panel-search';

/** The time range that a panel shows, and the length of its buckets. */
export interface TimeRange {
  /** Epoch ms, inclusive. */
  readonly fromMs: number;
  /** Epoch ms, exclusive. */
  readonly toMs: number;
  /** Buckets start at multiples of it. */
  readonly intervalMs: number;
}

/** One mark of a chart. */
export interface Point {
  /** Epoch ms if the axis is a time axis. */
  readonly x: string | number;
  /** End of the bucket; only on a time axis. */
  readonly x2?: number;
  /** Determines the colour, or in a heat map, the row. */
  readonly series: string;
  readonly value: number | null;
}

/** Returns the marks of a chart; if the panel has no split, each metric is a series. */
export function pointsOf(panel: Panel, rows: readonly PanelRow[], { intervalMs }: TimeRange): readonly Point[] {
  return rows.flatMap(({ keys, values }) =>
    values.map((value, index): Point => {
      const x = keys.at(-1) ?? '';
      const series = keys.length > 1 ? String(keys[0]) : (panel.metrics[index]?.label ?? '');
      return { x, ...(typeof x === 'number' && { x2: x + intervalMs }), series, value };
    }),
  );
}

/** Returns every series once, in the order of the rows. */
export function seriesOf(points: readonly Point[]): readonly string[] {
  return [...new Set(points.map(({ series }) => series))];
}
