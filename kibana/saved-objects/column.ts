import type { Bucket, Metric } from '../model/panel';

/** A column of a Lens layer. */
export type Column = Readonly<Record<string, unknown>>;

/** Kibana's name for a document as a whole. */
const RECORDS = '___records___';

/** @param orderedBy - the metric column that decides which values are shown */
export function bucketColumn(bucket: Bucket, orderedBy: string, showEmpty: boolean): Column {
  const { by, field, label } = bucket;
  const common = { label, customLabel: true, sourceField: field, isBucketed: true };
  if (by === 'time') {
    return {
      ...common,
      dataType: 'date',
      operationType: 'date_histogram',
      scale: 'interval',
      params: { interval: 'auto', includeEmptyRows: showEmpty, dropPartials: false },
    };
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

export function metricColumn(metric: Metric): Column {
  const label = metric.unit === undefined ? metric.label : `${metric.label} (${metric.unit})`;
  const common = { label, customLabel: true, isBucketed: false, scale: 'ratio' };
  switch (metric.of) {
    case 'count':
      return {
        ...common,
        dataType: 'number',
        operationType: 'count',
        sourceField: RECORDS,
        params: { emptyAsNull: true },
      };
    case 'percentile':
      return {
        ...common,
        dataType: 'number',
        operationType: 'percentile',
        sourceField: metric.field,
        params: { percentile: metric.percentile },
      };
    case 'average':
    case 'min':
    case 'max':
      return {
        ...common,
        dataType: metric.type ?? 'number',
        operationType: metric.of,
        sourceField: metric.field,
        params: { emptyAsNull: true },
      };
  }
}
