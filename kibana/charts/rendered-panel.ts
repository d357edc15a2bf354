import { bucketsOf, type Panel } from '../model/panel';
import type { PanelRow } from '../model/panel-search';
import { pointsOf, type TimeRange } from './points';
import { type ChartSpec, specOf } from './spec';
import { summaryOf } from './summary';

/** A column of the table of a panel's numbers. */
export interface Column {
  readonly label: string;
  readonly unit?: string;
  /** A time is in epoch ms, a boolean is the text `true` or `false`. */
  readonly type: 'text' | 'boolean' | 'time' | 'number';
}

/** What the page shows of a panel: its numbers, and the same as a chart and as text. */
export interface RenderedPanel {
  readonly columns: readonly Column[];
  readonly rows: readonly PanelRow[];
  readonly summary: string;
  /** Null for a table. */
  readonly spec: ChartSpec | null;
}

/** A pipeline whose last completed run is not what was intended. */
export interface TroubledPipeline {
  readonly pipeline: string;
  /** Part of a sentence. */
  readonly problem: string;
}

/** What the page shows after one search. */
export interface PageResponse {
  /** Time of the search, ISO 8601. */
  readonly at: string;
  /** Of readings and windows, ISO 8601; `to` is exclusive. */
  readonly timeRange: { readonly from: string; readonly to: string };
  /** Sum of the documents of all panels. */
  readonly documents: number;
  /** Time of the newest selected reading in any time range; null if there is none. */
  readonly newestReading: string | null;
  readonly choices: { readonly pipeline: readonly string[]; readonly device: readonly string[] };
  /** Those of all times. */
  readonly troubled: readonly TroubledPipeline[];
  /** By panel id. */
  readonly panels: Readonly<Record<string, RenderedPanel>>;
}

/** Renders the rows of a panel's search over a time range. */
export function renderPanel(panel: Panel, rows: readonly PanelRow[], range: TimeRange): RenderedPanel {
  const points = pointsOf(panel, rows, range);
  const summary = summaryOf(panel, rows, points, range);
  return { columns: columnsOf(panel), rows, summary, spec: specOf(panel, points, range) };
}

/** Returns the columns of a panel's rows: its buckets from outer to inner, then its metrics. */
function columnsOf(panel: Panel): readonly Column[] {
  const buckets = bucketsOf(panel).map((bucket): Column => {
    const type = bucket.by === 'time' ? 'time' : bucket.type === 'boolean' ? 'boolean' : 'text';
    return { label: bucket.label, type };
  });
  const metrics = panel.metrics.map(({ label, unit, ...metric }): Column => {
    const isDate = 'type' in metric && metric.type === 'date';
    return { label, type: isDate ? 'time' : 'number', ...(unit !== undefined && { unit }) };
  });
  return [...buckets, ...metrics];
}
