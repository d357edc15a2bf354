import { bucketsOf, type Bucket, type Metric, type Panel } from './panel';
import { FILTER_FIELDS, SOURCES, type FilterName } from './source';

/** The filters of a panel's search. */
export interface PanelFilters {
  /** ISO 8601, inclusive. */
  readonly from: string;
  /** ISO 8601, exclusive. */
  readonly to: string;
  /** Length of a time bucket, for example `30m`. */
  readonly interval: string;
  /** Only documents with one of these values; if absent, with any. */
  readonly only?: Readonly<Partial<Record<FilterName, readonly string[]>>>;
}

/** A search request as the Elasticsearch client takes it. */
export interface PanelSearch {
  readonly index: string;
  /** Results of some shards only would look like complete results. */
  readonly allow_partial_search_results: false;
  readonly size: 0;
  readonly track_total_hits: true;
  readonly query: object;
  readonly aggs: Aggregations;
}

type Aggregations = Readonly<Record<string, object>>;

/** The aggregation of the n-th bucket, from outer to inner. */
const bucketKey = (level: number): string => `bucket${level}`;

/** The aggregation of the n-th metric; a count needs none, since every bucket has `doc_count`. */
const metricKey = (index: number): string => `metric${index}`;

/** Returns the search for the data of a panel; `panelRows` reads its response. */
export function panelSearch(panel: Panel, filters: PanelFilters): PanelSearch {
  return {
    index: SOURCES[panel.source].pattern,
    allow_partial_search_results: false,
    size: 0,
    track_total_hits: true,
    query: { bool: { filter: queryOf(panel, filters) } },
    aggs: aggregationsFrom(0, panel, filters),
  };
}

function queryOf({ source, where }: Panel, { from, to, only = {} }: PanelFilters): object[] {
  const { timeField } = SOURCES[source];
  return [
    { range: { [timeField]: { gte: from, lt: to, format: 'strict_date_optional_time' } } },
    ...(where === undefined ? [] : [{ term: { [where]: true } }]),
    ...filterClauses(only),
  ];
}

/** Returns the clauses that select documents of all times by the filters. */
export function filterClauses(only: NonNullable<PanelFilters['only']>): { readonly terms: Record<string, string[]> }[] {
  return Object.entries(only).map(([name, values]) => ({
    terms: { [FILTER_FIELDS[name as FilterName]]: [...values] },
  }));
}

/** Values are ordered by a metric, which therefore is also calculated next to the inner buckets. */
function aggregationsFrom(level: number, panel: Panel, filters: PanelFilters): Aggregations {
  const bucket = bucketsOf(panel)[level];
  if (bucket === undefined) return metricAggregations(panel.metrics);
  const [first] = panel.metrics;
  const order = bucket.by === 'value' ? metricAggregations([first]) : {};
  const aggs = { ...aggregationsFrom(level + 1, panel, filters), ...order };
  const own = bucket.by === 'time' ? timeAggregation(panel, bucket.field, filters) : valueAggregation(bucket, first);
  return { [bucketKey(level)]: { ...own, ...(Object.keys(aggs).length > 0 && { aggs }) } };
}

/** Charts over time show empty buckets; a table omits them. */
function timeAggregation({ kind }: Panel, field: string, { from, to, interval }: PanelFilters): object {
  const bounds = { min: Date.parse(from), max: Date.parse(to) - 1 };
  const gaps = kind === 'table' ? { min_doc_count: 1 } : { min_doc_count: 0, extended_bounds: bounds };
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
  const entries = metrics.flatMap((metric, index): [string, object][] => {
    if (metric.of === 'count') return [];
    const { of, field } = metric;
    if (of === 'percentile') return [[metricKey(index), { percentiles: { field, percents: [metric.percentile] } }]];
    return [[metricKey(index), { [of === 'average' ? 'avg' : of]: { field } }]];
  });
  return Object.fromEntries(entries);
}

/** One innermost bucket: its keys from outer to inner, and the panel's metrics in order. */
export interface PanelRow {
  /** Text, or epoch ms of a time bucket. */
  readonly keys: readonly (string | number)[];
  /** Null if no document has the field. */
  readonly values: readonly (number | null)[];
}

/** A bucket of a response; its aggregations have the names from the search. */
interface ResponseBucket {
  readonly key?: string | number;
  readonly key_as_string?: string;
  readonly doc_count: number;
  readonly [name: string]: unknown;
}

/** Reads the aggregations of a response to `panelSearch`; empty if they are of another search. */
export function panelRows(panel: Panel, aggregations: Readonly<Record<string, unknown>> | undefined): PanelRow[] {
  return rowsBelow(panel, { doc_count: 0, ...aggregations }, []);
}

function rowsBelow(panel: Panel, above: ResponseBucket, keys: PanelRow['keys']): PanelRow[] {
  const bucket = bucketsOf(panel)[keys.length];
  if (bucket === undefined) {
    const values = panel.metrics.map((metric, index) => valueOf(metric, above, above[metricKey(index)]));
    return [{ keys, values }];
  }
  const aggregation = above[bucketKey(keys.length)] as { readonly buckets?: readonly ResponseBucket[] } | undefined;
  return (aggregation?.buckets ?? []).flatMap((each) => {
    const { key = '', key_as_string: keyText } = each;
    // The key of a boolean is 0 or 1.
    const text = bucket.by === 'value' && bucket.type === 'boolean' ? (keyText ?? key) : key;
    return rowsBelow(panel, each, [...keys, text]);
  });
}

function valueOf(metric: Metric, bucket: ResponseBucket, aggregation: unknown): number | null {
  if (metric.of === 'count') return bucket.doc_count;
  const { value, values } = (aggregation ?? {}) as { value?: unknown; values?: Readonly<Record<string, unknown>> };
  const found = metric.of === 'percentile' ? Object.values(values ?? {})[0] : value;
  return typeof found === 'number' ? found : null;
}
