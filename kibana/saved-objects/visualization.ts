import type { Panel } from '../model/panel';

/** What Lens draws of a layer, by the ids of its columns. */
export interface Drawn {
  readonly visualizationType: 'lnsXY' | 'lnsHeatmap' | 'lnsDatatable';
  readonly visualization: Readonly<Record<string, unknown>>;
}

const SERIES_TYPES = { lines: 'line', columns: 'bar_stacked', bars: 'bar_horizontal_stacked' } as const;

/** @param buckets - column ids from the outer to the inner */
export function drawn(panel: Panel, layerId: string, buckets: readonly string[], metrics: readonly string[]): Drawn {
  const layer = { layerId, layerType: 'data' };
  switch (panel.kind) {
    case 'table':
      return { visualizationType: 'lnsDatatable', visualization: { ...layer, ...table(buckets, metrics) } };
    case 'heat-map':
      return { visualizationType: 'lnsHeatmap', visualization: { ...layer, ...heatMap(buckets, metrics) } };
    case 'lines':
    case 'columns':
    case 'bars':
      return { visualizationType: 'lnsXY', visualization: series(SERIES_TYPES[panel.kind], layer, buckets, metrics) };
  }
}

function table(buckets: readonly string[], metrics: readonly string[]): Record<string, unknown> {
  const column = (isMetric: boolean) => (columnId: string) => ({ columnId, isTransposed: false, isMetric });
  return {
    columns: [...buckets.map(column(false)), ...metrics.map(column(true))],
    sorting: { columnId: metrics[0], direction: 'desc' },
    paging: { size: 10, enabled: true },
  };
}

function heatMap([y, x]: readonly string[], [value]: readonly string[]): Record<string, unknown> {
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

function series(
  seriesType: (typeof SERIES_TYPES)[keyof typeof SERIES_TYPES],
  layer: object,
  buckets: readonly string[],
  metrics: readonly string[],
): Record<string, unknown> {
  const split = buckets.length > 1 ? { splitAccessor: buckets[0] } : {};
  return {
    legend: { isVisible: true, position: 'bottom' },
    valueLabels: 'hide',
    fittingFunction: 'None',
    preferredSeriesType: seriesType,
    layers: [{ ...layer, seriesType, xAccessor: buckets.at(-1), accessors: metrics, ...split }],
  };
}
