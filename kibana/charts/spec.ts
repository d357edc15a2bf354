import { bucketsOf, type Bucket, type HeatMapPanel, type Panel, type SeriesPanel } from '../model/panel';
import { seriesOf, type Point } from './point';
import type { Span } from './span';

/** A Vega-Lite specification with its data; size, colours and fonts are whoever's draws it. */
export interface ChartSpec {
  readonly $schema: string;
  readonly data: { readonly name: 'points'; readonly values: readonly Point[] };
  readonly transform?: readonly object[];
  readonly mark: object;
  readonly encoding: object;
}

const DAY_MS = 86_400_000;
const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/** The chart of a panel; null for a table, which is no chart. */
export function specOf(panel: Panel, points: readonly Point[], span: Span): ChartSpec | null {
  if (panel.kind === 'table') return null;
  return {
    $schema: SCHEMA,
    data: { name: 'points', values: points },
    ...(panel.kind === 'heat-map' ? heatMap(panel, points, span) : series(panel, points, span)),
  };
}

type Marks = Pick<ChartSpec, 'transform' | 'mark' | 'encoding'>;

function heatMap(panel: HeatMapPanel, points: readonly Point[], span: Span): Marks {
  const [{ label, unit }] = panel.metrics;
  return {
    mark: { type: 'rect' },
    encoding: {
      ...stretches(panel.x, span),
      y: { field: 'series', type: 'nominal', title: null, sort: seriesOf(points), axis: { labelOverlap: true } },
      color: {
        field: 'value',
        type: 'quantitative',
        title: unit ?? label,
        scale: { zero: false },
        legend: { orient: 'right' },
      },
      tooltip: tooltip(panel),
    },
  };
}

function series(panel: SeriesPanel, points: readonly Point[], span: Span): Marks {
  const color = { field: 'series', type: 'nominal', title: null, scale: { domain: seriesOf(points) } };
  const isOne = panel.split === undefined && panel.metrics.length === 1;
  const encoding = { ...(isOne ? {} : { color }), tooltip: tooltip(panel) };
  const value = { field: 'value', type: 'quantitative', title: valueTitle(panel) };
  switch (panel.kind) {
    case 'lines':
      return {
        // A lone value between two empty stretches has no line: its point shows it.
        mark: { type: 'line', point: { size: 14 } },
        encoding: { x: axisOf(panel.x, span), y: { ...value, scale: { zero: false } }, ...encoding },
      };
    case 'columns':
      return {
        // By hand: a bar that is as wide as a stretch of time is not stacked.
        transform: [{ stack: 'value', groupby: ['x'], as: ['bottom', 'top'] }],
        mark: { type: 'rect' },
        encoding: { ...stretches(panel.x, span), y: { ...value, field: 'bottom' }, y2: { field: 'top' }, ...encoding },
      };
    case 'bars':
      return { mark: { type: 'bar' }, encoding: { y: category(points), x: { ...value, stack: 'zero' }, ...encoding } };
  }
}

/** Values from top to bottom as they come, the highest first. */
function category(points: readonly Point[]): object {
  const sort = [...new Set(points.map(({ x }) => x))];
  return { field: 'x', type: 'nominal', title: null, sort, axis: { labelOverlap: true } };
}

function axisOf(bucket: Bucket, { fromMs, toMs, intervalMs }: Span): object {
  if (bucket.by === 'value') return { field: 'x', type: 'nominal', title: bucket.label, sort: null };
  const start = (ms: number): number => Math.floor(ms / intervalMs) * intervalMs;
  // An expression, since Vega-Lite writes numbers as a date that Vega's interpreter takes for a year.
  const domain = { expr: `[${start(fromMs)}, ${start(toMs - 1) + intervalMs}]` };
  const scale = { type: 'utc', domain };
  const axis = { format: toMs - fromMs <= DAY_MS ? '%H:%M' : intervalMs < DAY_MS ? '%m-%d %H:%M' : '%Y-%m-%d' };
  return { field: 'x', type: 'temporal', title: `${bucket.label} (UTC)`, scale, axis };
}

/** A bucket of time is as wide as it is long. */
function stretches(bucket: Bucket, span: Span): object {
  return { x: axisOf(bucket, span), ...(bucket.by === 'time' && { x2: { field: 'x2' } }) };
}

function valueTitle({ metrics }: SeriesPanel): string {
  const [{ label, unit }] = metrics;
  if (metrics.length > 1) return unit ?? '';
  return unit === undefined ? label : `${label} (${unit})`;
}

function tooltip(panel: Exclude<Panel, { kind: 'table' }>): readonly object[] {
  const [{ label, unit }] = panel.metrics;
  const [outer, inner] = bucketsOf(panel);
  const isOne = panel.metrics.length === 1;
  const series = inner === undefined ? (isOne ? [] : ['Series']) : [outer?.label];
  const name = isOne ? label : 'Value';
  return [
    position(inner ?? outer),
    ...series.map((title) => ({ field: 'series', type: 'nominal', title })),
    { field: 'value', type: 'quantitative', format: ',.6~g', title: unit === undefined ? name : `${name} (${unit})` },
  ];
}

function position(bucket: Bucket | undefined): object {
  const time = { type: 'temporal', timeUnit: 'utcyearmonthdatehoursminutes', format: '%Y-%m-%d %H:%M UTC' };
  return { field: 'x', title: bucket?.label, ...(bucket?.by === 'time' ? time : { type: 'nominal' }) };
}
