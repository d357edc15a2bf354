import type { CheckedColumn, CheckedPanel } from './saved-object-schema';

/** What Kibana adds to a chart: the time range, the interval it finds fitting, and what is chosen in the controls. */
export interface Surroundings {
  readonly timeField: string;
  readonly from: string;
  readonly to: string;
  readonly interval: string;
  /** Field → value. */
  readonly chosen: Readonly<Record<string, string>>;
}

type Attributes = CheckedPanel['embeddableConfig']['attributes'];

/** An innermost bucket: the keys of all buckets, and the metrics, each in the order of the columns. */
export interface SavedRow {
  readonly keys: readonly (string | number)[];
  readonly values: readonly (number | null)[];
}

interface Layer {
  readonly buckets: readonly (readonly [string, CheckedColumn])[];
  readonly metrics: readonly (readonly [string, CheckedColumn])[];
}

/** The search that Lens makes of a chart as it is saved; nothing of the model is looked at. */
export function lensSearch(attributes: Attributes, surroundings: Surroundings): Record<string, unknown> {
  const { timeField, from, to, chosen } = surroundings;
  const { buckets, metrics } = layerOf(attributes);
  const wanted = Object.fromEntries(
    metrics.flatMap(([id, column]) => {
      const aggregation = metricAggregation(column);
      return aggregation === null ? [] : [[id, aggregation]];
    }),
  );
  const aggs = buckets.reduceRight<Record<string, object>>((below, [id, column]) => {
    const { orderedBy, ...own } = bucketAggregation(column, surroundings, Object.fromEntries(metrics));
    const order = orderedBy === null || wanted[orderedBy] === undefined ? {} : { [orderedBy]: wanted[orderedBy] };
    return { [id]: { ...own, aggs: { ...below, ...order } } };
  }, wanted);
  const kuery = /^([\w.]+) : true$/.exec(attributes.state.query.query);
  if (attributes.state.query.query !== '' && kuery === null)
    throw new Error('expected a query of the form field : true');
  const filter = [
    { range: { [timeField]: { gte: from, lt: to, format: 'strict_date_optional_time' } } },
    ...(kuery === null ? [] : [{ term: { [String(kuery[1])]: true } }]),
    ...Object.entries(chosen).map(([field, value]) => ({ match_phrase: { [field]: value } })),
  ];
  return { size: 0, track_total_hits: true, query: { bool: { filter } }, aggs };
}

export function savedRows(attributes: Attributes, aggregations: unknown): SavedRow[] {
  const { buckets, metrics } = layerOf(attributes);
  const below = (above: Answered, level: number, keys: SavedRow['keys']): SavedRow[] => {
    const [id, column] = buckets[level] ?? [];
    if (id === undefined || column === undefined) {
      return [{ keys, values: metrics.map(([metric, each]) => valueOf(each, above, above[metric])) }];
    }
    const answered = (above[id] as { buckets?: Answered[] } | undefined)?.buckets ?? [];
    return answered.flatMap((each) => {
      const key = column.dataType === 'boolean' ? each.key_as_string : each.key;
      return below(each, level + 1, [...keys, key ?? '']);
    });
  };
  return below(aggregations as Answered, 0, []);
}

/** Every field that a chart looks at. */
export function fieldsOf(attributes: Attributes): string[] {
  const { buckets, metrics } = layerOf(attributes);
  const columns = [...buckets, ...metrics].map(([, { sourceField }]) => sourceField);
  const [queried] = attributes.state.query.query.split(' : ');
  return [...columns, ...(queried ? [queried] : [])].filter((field) => field !== '___records___');
}

interface Answered {
  readonly key?: string | number;
  readonly key_as_string?: string;
  readonly doc_count: number;
  readonly [id: string]: unknown;
}

function layerOf(attributes: Attributes): Layer {
  const [layer] = Object.values(attributes.state.datasourceStates.formBased.layers);
  const columns = (layer?.columnOrder ?? []).flatMap((id) => {
    const column = layer?.columns[id];
    return column === undefined ? [] : [[id, column] as const];
  });
  return {
    buckets: columns.filter(([, { isBucketed }]) => isBucketed),
    metrics: columns.filter(([, { isBucketed }]) => !isBucketed),
  };
}

function bucketAggregation(
  column: CheckedColumn,
  { from, to, interval }: Surroundings,
  metrics: Readonly<Record<string, CheckedColumn>>,
): { readonly orderedBy: string | null; readonly [aggregation: string]: unknown } {
  const { sourceField: field } = column;
  if (column.operationType === 'date_histogram') {
    const empty = column.params.includeEmptyRows;
    const bounds = empty ? { extended_bounds: { min: Date.parse(from), max: Date.parse(to) - 1 } } : {};
    const histogram = { field, fixed_interval: interval, min_doc_count: empty ? 0 : 1, ...bounds };
    return { orderedBy: null, date_histogram: histogram };
  }
  if (column.operationType !== 'terms') throw new Error(`expected a bucket, got ${column.operationType}`);
  const { size, orderBy, orderDirection } = column.params;
  const metric = metrics[orderBy.columnId];
  const key =
    metric?.operationType === 'count'
      ? '_count'
      : metric?.operationType === 'percentile'
        ? `${orderBy.columnId}.${metric.params.percentile}`
        : orderBy.columnId;
  return { orderedBy: orderBy.columnId, terms: { field, size, order: { [key]: orderDirection } } };
}

function metricAggregation(column: CheckedColumn): object | null {
  const { sourceField: field } = column;
  switch (column.operationType) {
    case 'count':
      return null;
    case 'average':
      return { avg: { field } };
    case 'percentile':
      return { percentiles: { field, percents: [column.params.percentile] } };
    case 'min':
    case 'max':
      return { [column.operationType]: { field } };
    case 'terms':
    case 'date_histogram':
      throw new Error(`expected a metric, got ${column.operationType}`);
  }
}

function valueOf({ operationType }: CheckedColumn, bucket: Answered, answered: unknown): number | null {
  if (operationType === 'count') return bucket.doc_count;
  const { value, values } = (answered ?? {}) as { value?: number | null; values?: Record<string, number | null> };
  return (operationType === 'percentile' ? Object.values(values ?? {})[0] : value) ?? null;
}
