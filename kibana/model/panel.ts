import type { SourceName } from './source';

/** Groups documents by time, or by the value of a field. */
export type Bucket =
  | { readonly by: 'time'; readonly field: string; readonly label: string }
  | {
      readonly by: 'value';
      readonly field: string;
      readonly label: string;
      readonly type: 'string' | 'boolean';
      /** Maximum number of values: those with the highest first metric of the panel. */
      readonly size: number;
    };

/** One number over the documents of a bucket. */
export type Metric = (
  | { readonly of: 'count' }
  | { readonly of: 'average' | 'min' | 'max'; readonly field: string; readonly type?: 'number' | 'date' }
  | { readonly of: 'percentile'; readonly field: string; readonly percentile: number }
) & { readonly label: string; readonly unit?: string };

/** The first one orders values. */
type Metrics = readonly [Metric, ...Metric[]];

interface PanelBase {
  /** Kebab-case; identifies the panel in Kibana, in URLs and in searches. */
  readonly id: string;
  readonly title: string;
  /** What is shown and how to read it, in one or two sentences. */
  readonly description: string;
  readonly source: SourceName;
  /** Only documents whose boolean field is true. */
  readonly where?: string;
  readonly metrics: Metrics;
  /** In columns of the dashboard, which has 48. */
  readonly width: number;
  /** In rows of the dashboard. */
  readonly height: number;
}

/** Lines or stacked bars; `split` adds one series per value. */
export interface SeriesPanel extends PanelBase {
  readonly kind: 'lines' | 'columns' | 'bars';
  readonly x: Bucket;
  readonly split?: Bucket;
}

/** One cell per time and value, coloured by the only metric. */
export interface HeatMapPanel extends PanelBase {
  readonly kind: 'heat-map';
  readonly x: Bucket;
  readonly y: Bucket;
}

/** One row for each combination of the values of `rows`. */
export interface TablePanel extends PanelBase {
  readonly kind: 'table';
  readonly rows: readonly [Bucket, ...Bucket[]];
}

export type Panel = SeriesPanel | HeatMapPanel | TablePanel;

/** Returns the buckets of a panel, from outer to inner. */
export function bucketsOf(panel: Panel): readonly Bucket[] {
  if (panel.kind === 'heat-map') return [panel.y, panel.x];
  if (panel.kind === 'table') return panel.rows;
  return panel.split === undefined ? [panel.x] : [panel.split, panel.x];
}

/** Returns one metric per percentile rank. */
export function percentileMetrics(field: string, unit: string, [first, ...others]: [number, ...number[]]): Metrics {
  const metric = (percentile: number): Metric => {
    return { of: 'percentile', field, percentile, unit, label: `p${percentile}` };
  };
  return [metric(first), ...others.map(metric)];
}
