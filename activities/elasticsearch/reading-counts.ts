import type { Client, estypes } from '@elastic/elasticsearch';
import { elasticsearchFailure } from './elasticsearch-failure';
import { EVENT_TIME_FIELDS } from './event-time';
import { ofRun } from './provenance';

const PAGE = 2_000;
/** A late reading is in no window. */
const IN_TIME: estypes.QueryDslQueryContainer = { bool: { must_not: { term: { late: true } } } };

interface ReadingCountsRequest {
  /** Alias. */
  readonly readings: string;
  readonly run: string;
  readonly windowMs: number;
  /** Event times: from the start of one window, null for the first, to the end of another. */
  readonly fromMs: number | null;
  readonly toMs: number;
  /** What counts as `later`. */
  readonly later: estypes.QueryDslQueryContainer;
  readonly signal: AbortSignal;
}

/** Indexed readings of one device in one window. */
export interface ReadingCount {
  readonly deviceId: string;
  readonly startMs: number;
  /** Of all runs, also those flagged late. */
  readonly all: number;
  /** Of the run, and not flagged late. */
  readonly own: number;
  /** Of all runs, not flagged late, and matched by `later`. */
  readonly later: number;
}

interface Bucket {
  readonly key: { readonly start: number; readonly device: string };
  readonly doc_count: number;
  readonly own: { readonly doc_count: number };
  readonly later: { readonly doc_count: number };
}

/**
 * Counts the indexed readings by device and window, as they are now, without reading a document.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function* readingCounts(
  elasticsearch: Client,
  { readings: index, run, windowMs, fromMs, toMs, later, signal }: ReadingCountsRequest,
): AsyncGenerator<readonly ReadingCount[]> {
  const field = EVENT_TIME_FIELDS.readings;
  const start = { date_histogram: { field, fixed_interval: `${windowMs}ms` } };
  const sources: NonNullable<estypes.AggregationsCompositeAggregation['sources']> = [
    { start },
    { device: { terms: { field: 'deviceId' } } },
  ];
  const aggs = {
    own: { filter: { bool: { filter: [IN_TIME, ofRun(run)] } } },
    later: { filter: { bool: { filter: [IN_TIME, later] } } },
  };
  const query = { range: { [field]: { ...(fromMs !== null && { gte: fromMs }), lt: toMs, format: 'epoch_millis' } } };
  const body = { index, query, size: 0, track_total_hits: false, ignore_unavailable: true } as const;
  let after: estypes.AggregationsCompositeAggregateKey | undefined;
  try {
    await elasticsearch.indices.refresh({ index, ignore_unavailable: true }, { signal });
    do {
      const composite = { size: PAGE, sources, ...(after === undefined ? {} : { after }) };
      const { aggregations } = await elasticsearch.search<unknown, { readonly page: CompositePage }>(
        { ...body, allow_partial_search_results: false, aggs: { page: { composite, aggs } } },
        { signal },
      );
      yield (aggregations?.page.buckets ?? []).map(toCount);
      after = aggregations?.page.after_key;
    } while (after !== undefined);
  } catch (error) {
    signal.throwIfAborted();
    throw elasticsearchFailure(error, `Counting readings by window in ${index}`, { index });
  }
}

interface CompositePage {
  readonly buckets: readonly Bucket[];
  readonly after_key?: estypes.AggregationsCompositeAggregateKey;
}

function toCount({ key, doc_count: all, own, later }: Bucket): ReadingCount {
  return { deviceId: key.device, startMs: key.start, all, own: own.doc_count, later: later.doc_count };
}
