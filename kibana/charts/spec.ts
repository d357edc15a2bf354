import { bucketsOf, type Bucket, type HeatMapPanel, type Panel, type SeriesPanel } from '../model/panel';
import { type Point, seriesOf, type TimeRange } from './points';

/** A Vega-Lite specification with its data; the page adds size, colours and fonts. */
export interface ChartSpec {
  readonly $schema: string;
  readonly data: { readonly name: 'points'; readonly values: readonly Point[] };
  readonly transform?: readonly object[];
  readonly mark: object;
  readonly encoding: object;
}

const DAY_MS = 86_400_000;
const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
const VALUE = { field: 'value', type: 'quantitative' };

/** Returns the chart of a panel; null for a table. */
export function specOf(panel: Panel, points: readonly Point[], range: TimeRange): ChartSpec | null {
  if (panel.kind === 'table') return null;
  return {
    $schema: SCHEMA,
    data: { name: 'points', values: points },
    ...(panel.kind === 'heat-map' ? heatMap(panel, points, range) : series(panel, points, range)),
  };
}

type ChartParts = Pick<ChartSpec, 'transform' | 'mark' | 'encoding'>;

function heatMap(panel: HeatMapPanel, points: readonly Point[], range: TimeRange): ChartParts {
  const [{ label, unit }] = panel.metrics;
  return {
    mark: { type: 'rect' },
    encoding: {
      ...timeBuckets(panel.x, range),
      y: { field: 'series', type: 'nominal', title: null, sort: seriesOf(points), axis: { labelOverlap: true } },
      color: { ...VALUE, title: unit ?? label, scale: { zero: false }, legend: { orient: 'right' } },
      tooltip: tooltip(panel),
    },
  };
}

function series(panel: SeriesPanel, points: readonly Point[], range: TimeRange): ChartParts {
  const color = { field: 'series', type: 'nominal', title: null, scale: { domain: seriesOf(points) } };
  const isOne = panel.split === undefined && panel.metrics.length === 1;
  const encoding = { ...(isOne ? {} : { color }), tooltip: tooltip(panel) };
  const value = { ...VALUE, title: valueTitle(panel) };
  switch (panel.kind) {
    case 'lines':
      return {
        // A single value between two empty buckets has no line: its point shows it.
        mark: { type: 'line', point: { size: 14 } },
        encoding: { x: axisOf(panel.x, range), y: { ...value, scale: { zero: false } }, ...encoding },
      };
    case 'columns':
      return {
        // Explicit, since Vega-Lite does not stack bars that have the width of a time bucket.
        transform: [{ stack: 'value', groupby: ['x'], as: ['bottom', 'top'] }],
        mark: { type: 'rect' },
        encoding: {
          ...timeBuckets(panel.x, range),
          y: { ...value, field: 'bottom' },
          y2: { field: 'top' },
          ...encoding,
        },
      };
    case 'bars':
      return { mark: { type: 'bar' }, encoding: { y: category(points), x: { ...value, stack: 'zero' }, ...encoding } };
  }
}

/** Keeps the order of the search, from top to bottom. */
function category(points: readonly Point[]): object {
  const sort = [...new Set(points.map(({ x }) => x))];
  return { field: 'x', type: 'nominal', title: null, sort, axis: { labelOverlap: true } };
}

function axisOf(bucket: Bucket, { fromMs, toMs, intervalMs }: TimeRange): object {
  if (bucket.by === 'value') return { field: 'x', type: 'nominal', title: bucket.label, sort: null };
  const start = (ms: number): number => Math.floor(ms / intervalMs) * intervalMs;
  // An expression, since Vega-Lite compiles numbers to a date that Vega's interpreter reads as a year.
  const domain = { expr: `[${start(fromMs)}, ${start(toMs - 1) + intervalMs}]` };
  const scale = { type: 'utc', domain };
  const axis = { format: toMs - fromMs <= DAY_MS ? '%H:%M' : intervalMs < DAY_MS ? '%m-%d %H:%M' : '%Y-%m-%d' };
  return { field: 'x', type: 'temporal', title: `${bucket.label} (UTC)`, scale, axis };
}

/** Draws each time bucket from its start to its end. */
function timeBuckets(bucket: Bucket, range: TimeRange): object {
  return { x: axisOf(bucket, range), ...(bucket.by === 'time' && { x2: { field: 'x2' } }) };
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
    { ...VALUE, format: ',.6~g', title: unit === undefined ? name : `${name} (${unit})` },
  ];
}

function position(bucket: Bucket | undefined): object {
  const time = { type: 'temporal', timeUnit: 'utcyearmonthdatehoursminutes', format: '%Y-%m-%d %H:%M UTC' };
  return { field: 'x', title: bucket?.label, ...(bucket?.by === 'time' ? time : { type: 'nominal' }) };
}
