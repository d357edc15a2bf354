import { bucketsOf, type Bucket, type Metric, type Panel } from '../model/panel';
import { SOURCES } from '../model/source';
import type { Reference } from './saved-object';

/** Kibana's field name for a whole document. */
const RECORDS = '___records___';

const SERIES_TYPES = { lines: 'line', columns: 'bar_stacked', bars: 'bar_horizontal_stacked' } as const;

/**
 * Returns a dashboard panel with an embedded Lens chart, and the reference that the dashboard must repeat. Ids derive from
 * the panel's id, so that the file changes only if the model does.
 *
 * @param position - in columns and rows from the upper left corner
 */
export function lensPanel(
  panel: Panel,
  position: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>,
): { readonly panel: object; readonly reference: Reference } {
  const { id, title, description, source } = panel;
  const layerId = `${id}-layer`;
  const name = `indexpattern-datasource-layer-${layerId}`;
  const reference: Reference = { type: 'index-pattern', id: SOURCES[source].id, name };
  return {
    reference: { ...reference, name: `${id}:${name}` },
    panel: {
      type: 'lens',
      panelIndex: id,
      gridData: { ...position, i: id },
      // Kibana shows the description of the panel; the description of the chart is for a copy in the library.
      embeddableConfig: { title, description, enhancements: {}, attributes: attributes(panel, layerId, reference) },
    },
  };
}

function attributes(panel: Panel, layerId: string, reference: Reference): object {
  const { id, title, description, where, metrics, kind } = panel;
  const buckets = bucketsOf(panel);
  const bucketIds = buckets.map((_, level) => `${id}-bucket${level}`);
  const metricIds = metrics.map((_, index) => `${id}-metric${index}`);
  const [orderedBy = ''] = metricIds;
  const columns = Object.fromEntries([
    ...buckets.map((bucket, level) => [bucketIds[level], bucketColumn(bucket, orderedBy, kind !== 'table')]),
    ...metrics.map((metric, index) => [metricIds[index], metricColumn(metric)]),
  ]) as object;
  const [visualizationType, visualization] = visualizationOf(panel, layerId, bucketIds, metricIds);
  const columnOrder = [...bucketIds, ...metricIds];
  const layer = { columns, columnOrder, incompleteColumns: {}, sampling: 1, ignoreGlobalFilters: false };
  return {
    title,
    description,
    type: 'lens',
    visualizationType,
    references: [reference],
    state: {
      visualization,
      query: { query: where === undefined ? '' : `${where} : true`, language: 'kuery' },
      filters: [],
      datasourceStates: { formBased: { layers: { [layerId]: layer } } },
      internalReferences: [],
      adHocDataViews: {},
    },
  };
}

type Ids = readonly string[];

/** @param buckets - column ids from outer to inner */
function visualizationOf({ kind }: Panel, layerId: string, buckets: Ids, metrics: Ids): [type: string, object] {
  const layer = { layerId, layerType: 'data' };
  if (kind === 'table') return ['lnsDatatable', { ...layer, ...table(buckets, metrics) }];
  if (kind === 'heat-map') return ['lnsHeatmap', { ...layer, ...heatMap(buckets, metrics) }];
  return ['lnsXY', series(SERIES_TYPES[kind], layer, buckets, metrics)];
}

function table(buckets: Ids, metrics: Ids): object {
  const column = (isMetric: boolean) => (columnId: string) => ({ columnId, isTransposed: false, isMetric });
  return {
    columns: [...buckets.map(column(false)), ...metrics.map(column(true))],
    sorting: { columnId: metrics[0], direction: 'desc' },
    paging: { size: 10, enabled: true },
  };
}

function heatMap([y, x]: Ids, [value]: Ids): object {
  return {
    shape: 'heatmap',
    xAccessor: x,
    yAccessor: y,
    valueAccessor: value,
    legend: { isVisible: true, position: 'right', type: 'heatmap_legend' },
    gridConfig: {
      type: 'heatmap_grid',
      isCellLabelVisible: false,
      isXAxisLabelVisible: true,
      isXAxisTitleVisible: false,
      isYAxisLabelVisible: true,
      isYAxisTitleVisible: false,
    },
  };
}

function series(seriesType: string, layer: object, buckets: Ids, metrics: Ids): object {
  const split = buckets.length > 1 ? { splitAccessor: buckets[0] } : {};
  return {
    legend: { isVisible: true, position: 'bottom' },
    valueLabels: 'hide',
    fittingFunction: 'None',
    preferredSeriesType: seriesType,
    layers: [{ ...layer, seriesType, xAccessor: buckets.at(-1), accessors: metrics, ...split }],
  };
}

/** @param orderedBy - the metric column that decides which values are shown */
function bucketColumn(bucket: Bucket, orderedBy: string, showEmpty: boolean): object {
  const { by, field, label } = bucket;
  const common = { label, customLabel: true, sourceField: field, isBucketed: true };
  if (by === 'time') {
    const params = { interval: 'auto', includeEmptyRows: showEmpty, dropPartials: false };
    return { ...common, dataType: 'date', operationType: 'date_histogram', scale: 'interval', params };
  }
  return {
    ...common,
    dataType: bucket.type,
    operationType: 'terms',
    scale: 'ordinal',
    params: {
      size: bucket.size,
      orderBy: { type: 'column', columnId: orderedBy },
      orderDirection: 'desc',
      otherBucket: false,
      missingBucket: false,
      parentFormat: { id: 'terms' },
      include: [],
      exclude: [],
      includeIsRegex: false,
      excludeIsRegex: false,
    },
  };
}

function metricColumn(metric: Metric): object {
  return {
    label: metric.unit === undefined ? metric.label : `${metric.label} (${metric.unit})`,
    customLabel: true,
    isBucketed: false,
    scale: 'ratio',
    dataType: ('type' in metric ? metric.type : undefined) ?? 'number',
    operationType: metric.of,
    sourceField: metric.of === 'count' ? RECORDS : metric.field,
    params: metric.of === 'percentile' ? { percentile: metric.percentile } : { emptyAsNull: true },
  };
}
