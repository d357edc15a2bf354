import type { Panel } from '../model/panel';
import type { PanelRow } from '../model/panel-rows';
import { columnsOf, type Column } from './column';
import { pointsOf } from './point';
import type { Span } from './span';
import { type ChartSpec, specOf } from './spec';
import { summaryOf } from './summary';

/** All that the page shows of a panel beside its title: the numbers, and the chart and the words that say the same. */
export interface ShownPanel {
  readonly columns: readonly Column[];
  readonly rows: readonly PanelRow[];
  readonly summary: string;
  /** Null where the table is all. */
  readonly spec: ChartSpec | null;
}

/** Draws the rows of a panel's search over a stretch of time. */
export function showPanel(panel: Panel, rows: readonly PanelRow[], span: Span): ShownPanel {
  const points = pointsOf(panel, rows, span);
  return {
    columns: columnsOf(panel),
    rows,
    summary: summaryOf(panel, rows, points, span),
    spec: specOf(panel, points, span),
  };
}
