import { bucketsOf, type Panel } from '../model/panel';

/** What stands in one column of the table that says a panel's numbers. */
export interface Column {
  readonly label: string;
  readonly unit?: string;
  /** A time is in epoch ms, a truth the text `true` or `false`. */
  readonly type: 'text' | 'truth' | 'time' | 'number';
}

/** The columns of a panel's rows: its buckets from the outer to the inner, then its metrics. */
export function columnsOf(panel: Panel): readonly Column[] {
  const buckets = bucketsOf(panel).map((bucket): Column => {
    if (bucket.by === 'time') return { label: bucket.label, type: 'time' };
    return { label: bucket.label, type: bucket.type === 'boolean' ? 'truth' : 'text' };
  });
  const metrics = panel.metrics.map((metric): Column => {
    const { label, unit } = metric;
    const isDate = 'type' in metric && metric.type === 'date';
    return { label, type: isDate ? 'time' : 'number', ...(unit !== undefined && { unit }) };
  });
  return [...buckets, ...metrics];
}
