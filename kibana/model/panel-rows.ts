import { bucketsOf, type Metric, type Panel } from './panel';
import { bucketKey, metricKey } from './panel-search';

/** One innermost bucket: its keys from the outer to the inner, and the panel's metrics in their order. */
export interface PanelRow {
  /** Text, or epoch ms where the bucket is one of time. */
  readonly keys: readonly (string | number)[];
  /** Null where no document has the field. */
  readonly values: readonly (number | null)[];
}

/** A bucket of an answer; what else it holds has the names that the search gave it. */
interface AnsweredBucket {
  readonly key?: string | number;
  readonly key_as_string?: string;
  readonly doc_count: number;
  readonly [name: string]: unknown;
}

/** Reads the aggregations of an answer to `panelSearch`; nothing when they are of another search. */
export function panelRows(panel: Panel, aggregations: Readonly<Record<string, unknown>> | undefined): PanelRow[] {
  return rowsBelow(panel, { doc_count: 0, ...aggregations }, []);
}

function rowsBelow(panel: Panel, above: AnsweredBucket, keys: PanelRow['keys']): PanelRow[] {
  const bucket = bucketsOf(panel)[keys.length];
  if (bucket === undefined) {
    const values = panel.metrics.map((metric, index) => valueOf(metric, above, above[metricKey(index)]));
    return [{ keys, values }];
  }
  const answered = above[bucketKey(keys.length)] as { readonly buckets?: readonly AnsweredBucket[] } | undefined;
  return (answered?.buckets ?? []).flatMap((each) => {
    const { key = '', key_as_string: text } = each;
    // Of a boolean the key is 0 or 1.
    const shown = bucket.by === 'value' && bucket.type === 'boolean' ? (text ?? key) : key;
    return rowsBelow(panel, each, [...keys, shown]);
  });
}

function valueOf(metric: Metric, bucket: AnsweredBucket, answered: unknown): number | null {
  if (metric.of === 'count') return bucket.doc_count;
  const { value, values } = (answered ?? {}) as { value?: unknown; values?: Readonly<Record<string, unknown>> };
  const found = metric.of === 'percentile' ? Object.values(values ?? {})[0] : value;
  return typeof found === 'number' ? found : null;
}
