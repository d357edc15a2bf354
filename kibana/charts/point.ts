import type { Panel } from '../model/panel';
import type { PanelRow } from '../model/panel-rows';
import type { Span } from './span';

/** One mark of a chart. */
export interface Point {
  /** Epoch ms where the axis is one of time. */
  readonly x: string | number;
  /** End of the bucket; on an axis of time only. */
  readonly x2?: number;
  /** What colours it, or in a heat map, what its row is. */
  readonly series: string;
  readonly value: number | null;
}

/** The marks of a panel that is drawn: without a split, each metric is a series. */
export function pointsOf(panel: Panel, rows: readonly PanelRow[], { intervalMs }: Span): readonly Point[] {
  return rows.flatMap(({ keys, values }) =>
    values.map((value, index): Point => {
      const x = keys.at(-1) ?? '';
      const series = keys.length > 1 ? String(keys[0]) : (panel.metrics[index]?.label ?? '');
      return { x, ...(typeof x === 'number' && { x2: x + intervalMs }), series, value };
    }),
  );
}

/** Every series once, in the order of the rows. */
export function seriesOf(points: readonly Point[]): readonly string[] {
  return [...new Set(points.map(({ series }) => series))];
}
