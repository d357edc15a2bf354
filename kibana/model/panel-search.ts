import { bucketsOf, type Bucket, type Metric, type Panel } from './panel';
import { FILTER_FIELDS, SOURCES, type FilterName } from './source';

/** What a panel is looked at through. */
export interface PanelFilters {
  /** ISO 8601, inclusive. */
  readonly from: string;
  /** ISO 8601, exclusive. */
  readonly to: string;
  /** Length of a stretch of time on an axis, for example `30m`. */
  readonly interval: string;
  /** Only documents with one of the values; absent: with any. */
  readonly only?: Readonly<Partial<Record<FilterName, readonly string[]>>>;
}

/** A search request as the Elasticsearch client takes it. */
export interface PanelSearch {
  /** Pattern. */
  readonly index: string;
  /** Numbers of some shards only would look like numbers of all. */
  readonly allow_partial_search_results: false;
  readonly size: 0;
  readonly track_total_hits: true;
  readonly query: object;
  readonly aggs: Aggregations;
}

type Aggregations = Readonly<Record<string, object>>;

/** Name of the aggregation of the n-th bucket, from the outer to the inner. */
export function bucketKey(level: number): string {
  return `bucket${level}`;
}

/** Name of the aggregation of the n-th metric; a count has none, since every bucket brings its own. */
export function metricKey(index: number): string {
  return `metric${index}`;
}

/** The search whose answer holds all that a panel shows; `panelRows` reads it. */
export function panelSearch(panel: Panel, filters: PanelFilters): PanelSearch {
  const { pattern } = SOURCES[panel.source];
  const metrics = metricAggregations(panel.metrics);
  return {
    index: pattern,
    allow_partial_search_results: false,
    size: 0,
    track_total_hits: true,
    query: { bool: { filter: queryOf(panel, filters) } },
    aggs: nested(panel, filters, metrics, bucketsOf(panel), 0),
  };
}

function queryOf({ source, where }: Panel, { from, to, only = {} }: PanelFilters): object[] {
  const { timeField } = SOURCES[source];
  return [
    { range: { [timeField]: { gte: from, lt: to, format: 'strict_date_optional_time' } } },
    ...(where === undefined ? [] : [{ term: { [where]: true } }]),
    ...chosenBy(only),
  ];
}

/** What leaves only the chosen documents, of whatever time. */
export function chosenBy(only: NonNullable<PanelFilters['only']>): { readonly terms: Record<string, string[]> }[] {
  return Object.entries(only).map(([name, values]) => ({
    terms: { [FILTER_FIELDS[name as FilterName]]: [...values] },
  }));
}

/** Values are ordered by a metric over all of them, so it stands beside the inner buckets, too. */
function nested(
  panel: Panel,
  filters: PanelFilters,
  metrics: Aggregations,
  [bucket, ...inner]: readonly Bucket[],
  level: number,
): Aggregations {
  if (bucket === undefined) return metrics;
  const [first] = panel.metrics;
  const below = nested(panel, filters, metrics, inner, level + 1);
  const orders = bucket.by === 'value' && first.of !== 'count' ? { [metricKey(0)]: metricAggregation(first) } : {};
  const aggs = { ...below, ...orders };
  const own = bucket.by === 'time' ? timeAggregation(panel, bucket.field, filters) : valueAggregation(bucket, first);
  return { [bucketKey(level)]: { ...own, ...(Object.keys(aggs).length > 0 ? { aggs } : {}) } };
}

/** Charts over time show empty stretches as such; a table leaves them out. */
function timeAggregation({ kind }: Panel, field: string, { from, to, interval }: PanelFilters): object {
  const gaps =
    kind === 'table'
      ? { min_doc_count: 1 }
      : { min_doc_count: 0, extended_bounds: { min: Date.parse(from), max: Date.parse(to) - 1 } };
  return { date_histogram: { field, fixed_interval: interval, time_zone: 'UTC', ...gaps } };
}

function valueAggregation({ field, size }: Extract<Bucket, { by: 'value' }>, first: Metric): object {
  return { terms: { field, size, order: { [orderKey(first)]: 'desc' } } };
}

function orderKey(metric: Metric): string {
  if (metric.of === 'count') return '_count';
  return metric.of === 'percentile' ? `${metricKey(0)}.${metric.percentile}` : metricKey(0);
}

function metricAggregations(metrics: readonly Metric[]): Aggregations {
  return Object.fromEntries(
    metrics.flatMap((metric, index) => (metric.of === 'count' ? [] : [[metricKey(index), metricAggregation(metric)]])),
  );
}

function metricAggregation(metric: Exclude<Metric, { of: 'count' }>): object {
  const { field } = metric;
  switch (metric.of) {
    case 'average':
      return { avg: { field } };
    case 'percentile':
      return { percentiles: { field, percents: [metric.percentile] } };
    case 'min':
    case 'max':
      return { [metric.of]: { field } };
  }
}
