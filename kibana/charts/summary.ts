import type { Panel } from '../model/panel';
import type { PanelRow } from '../model/panel-search';
import { type Point, seriesOf, type TimeRange } from './points';

/** More would be too long to listen to; the table next to a chart has all. */
const MAX_NAMED = 8;

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Describes a chart for screen readers: one sentence on its shape, then one for each series. */
export function summaryOf(panel: Panel, rows: readonly PanelRow[], points: readonly Point[], range: TimeRange): string {
  if (rows.length === 0) return 'No documents.';
  if (panel.kind === 'table') return `Table of ${number(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}.`;
  if (panel.kind === 'bars') return `Bar chart. ${listOf(points.map(barText))}`;
  const { fromMs, toMs, intervalMs } = range;
  const shape = { lines: 'Line chart', columns: 'Column chart', 'heat-map': 'Heat map' }[panel.kind];
  const unit = panel.metrics[0].unit ?? '';
  const series = seriesOf(points).map((name) => seriesText(name, unit, points));
  const steps = `in steps of ${intervalText(intervalMs)}`;
  return `${shape} from ${timeText(fromMs)} to ${timeText(toMs)} ${steps}. ${listOf(series)}`;
}

function barText({ x, series, value }: Point): string {
  return `${x}, ${series}: ${number(value ?? 0)}`;
}

function seriesText(name: string, unit: string, points: readonly Point[]): string {
  const values = points.flatMap(({ x, series, value }) => (series === name && value !== null ? [{ x, value }] : []));
  const [first] = values;
  if (first === undefined) return `${name}: no value`;
  const highest = values.reduce((high, each) => (each.value > high.value ? each : high), first);
  const lowest = Math.min(...values.map(({ value }) => value));
  const text = (value: number): string => `${number(value)}${unit === '' ? '' : ` ${unit}`}`;
  return `${name}: lowest ${text(lowest)}, highest ${text(highest.value)} at ${timeText(Number(highest.x))}`;
}

function listOf(sentences: readonly string[]): string {
  const more = sentences.length - MAX_NAMED;
  return `${sentences.slice(0, MAX_NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** `300000` → `5 minutes` */
function intervalText(intervalMs: number): string {
  const [name, unitMs] = UNITS.find(([, each]) => intervalMs % each === 0) ?? ['ms', 1];
  const count = intervalMs / unitMs;
  return count === 1 || name === 'ms' ? `${count} ${name}` : `${count} ${name}s`;
}

/** `2026-11-24 06:00 UTC` */
function timeText(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
