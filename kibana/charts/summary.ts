import type { Panel } from '../model/panel';
import type { PanelRow } from '../model/panel-rows';
import { seriesOf, type Point } from './point';
import { intervalText, type Span, timeText } from './span';

/** More of them in one breath nobody listens to; the table beside a chart has all. */
const MAX_NAMED = 8;

/** What a chart says, for those who do not see it: one sentence on its shape, then one for each series. */
export function summaryOf(panel: Panel, rows: readonly PanelRow[], points: readonly Point[], span: Span): string {
  if (rows.length === 0) return 'No documents.';
  if (panel.kind === 'table') return `Table of ${number(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}.`;
  if (panel.kind === 'bars') return `Bar chart. ${named(points.map(bar))}`;
  const { fromMs, toMs, intervalMs } = span;
  const shape = { lines: 'Line chart', columns: 'Column chart', 'heat-map': 'Heat map' }[panel.kind];
  const unit = panel.metrics[0].unit ?? '';
  const series = seriesOf(points).map((name) => extremes(name, unit, points));
  return (
    `${shape} from ${timeText(fromMs)} to ${timeText(toMs)} in steps of ${intervalText(intervalMs)}. ` + named(series)
  );
}

function bar({ x, series, value }: Point): string {
  return `${x}, ${series}: ${number(value ?? 0)}`;
}

function extremes(name: string, unit: string, points: readonly Point[]): string {
  const values = points.flatMap(({ x, series, value }) => (series === name && value !== null ? [{ x, value }] : []));
  const [first] = values;
  if (first === undefined) return `${name}: no value`;
  const highest = values.reduce((high, each) => (each.value > high.value ? each : high), first);
  const lowest = Math.min(...values.map(({ value }) => value));
  const text = (value: number): string => `${number(value)}${unit === '' ? '' : ` ${unit}`}`;
  return `${name}: lowest ${text(lowest)}, highest ${text(highest.value)} at ${timeText(Number(highest.x))}`;
}

function named(sentences: readonly string[]): string {
  const more = sentences.length - MAX_NAMED;
  return `${sentences.slice(0, MAX_NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
