import type { Client, estypes } from '@elastic/elasticsearch';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { EVENT_TIME_FIELDS, eventTimeRange } from '../elasticsearch/event-time';
import { ofOtherRuns, ofRun } from '../elasticsearch/provenance';
import { refreshIndex } from '../elasticsearch/refresh-index';
import type { WindowKey } from './window-account';

/** Windows in one answer. */
const PAGE_WINDOWS = 1_000;
const { readings: EVENT_TIME } = EVENT_TIME_FIELDS;
/** A late reading is in no window. */
const LATE: estypes.QueryDslQueryContainer = { term: { late: true } };

export interface SharedWindowsRequest {
  /** Alias of the readings. */
  readonly index: string;
  readonly run: string;
  readonly windowMs: number;
  readonly signal: AbortSignal;
}

/** From the start of the run's first window to the end of its last one, in epoch ms. */
export interface WindowTime {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Returns the time of the windows of the indexed readings of a run if indexed readings of other runs are in it, else null; two
 * requests, whatever the size of the run.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function timeSharedWithOthers(
  elasticsearch: Client,
  request: SharedWindowsRequest,
): Promise<WindowTime | null> {
  return await answered(request, async () => {
    const { index, run, signal } = request;
    if (!(await refreshIndex(elasticsearch, index, signal))) return null;
    const time = await timeOfRun(elasticsearch, request);
    if (time === null) return null;
    const inTime = { range: { [EVENT_TIME]: eventTimeRange(time.fromMs, time.toMs) } };
    const query = { bool: { filter: [inTime, ofOtherRuns(run)], must_not: LATE } };
    const { count } = await elasticsearch.count({ index, query }, { signal });
    return count > 0 ? time : null;
  });
}

async function timeOfRun(
  elasticsearch: Client,
  { index, run, windowMs, signal }: SharedWindowsRequest,
): Promise<WindowTime | null> {
  const { aggregations } = await elasticsearch.search<unknown, Record<'first' | 'last', { value: number | null }>>(
    {
      ...{ index, size: 0, track_total_hits: false, allow_partial_search_results: false },
      query: { bool: { filter: ofRun(run), must_not: LATE } },
      aggs: { first: { min: { field: EVENT_TIME } }, last: { max: { field: EVENT_TIME } } },
    },
    { signal },
  );
  const { value: first = null } = aggregations?.first ?? {};
  const { value: last = null } = aggregations?.last ?? {};
  if (first === null || last === null) return null;
  const startOf = (timeMs: number): number => Math.floor(timeMs / windowMs) * windowMs;
  return { fromMs: startOf(first), toMs: startOf(last) + windowMs };
}

/** Where the next page begins: after the window that the page before ended with. */
export interface PagePosition {
  readonly start: number;
  readonly device: string;
}

interface SharedWindowsPage {
  /** The windows that hold indexed readings of this run and of others. */
  readonly windows: readonly WindowKey[];
  /** Null after the last page. */
  readonly next: PagePosition | null;
}

/**
 * Looks through the windows in a time, page by page in the order of their starts.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function sharedWindows(
  elasticsearch: Client,
  request: SharedWindowsRequest,
  { fromMs, toMs }: WindowTime,
  after: PagePosition | null,
): Promise<SharedWindowsPage> {
  const { index, signal } = request;
  // With no more than this condition Elasticsearch begins a page at its place, without reading what is before it.
  const query = { range: { [EVENT_TIME]: eventTimeRange(after?.start ?? fromMs, toMs) } };
  const { aggregations } = await answered(request, () =>
    elasticsearch.search<unknown, { readonly windows: CompositeAnswer }>(
      {
        ...{ index, query, size: 0, track_total_hits: false, allow_partial_search_results: false },
        aggs: { windows: pageOf(request, after) },
      },
      { signal },
    ),
  );
  const { buckets = [], after_key: next = null } = aggregations?.windows ?? {};
  const shared = buckets.filter(({ own, others }) => own.doc_count > 0 && others.doc_count > 0);
  return { windows: shared.map(({ key: { start, device } }) => ({ deviceId: device, startMs: start })), next };
}

interface CompositeAnswer {
  readonly buckets?: readonly {
    readonly key: PagePosition;
    readonly own: { readonly doc_count: number };
    readonly others: { readonly doc_count: number };
  }[];
  readonly after_key?: PagePosition;
}

function pageOf(
  { run, windowMs }: SharedWindowsRequest,
  after: PagePosition | null,
): estypes.AggregationsAggregationContainer {
  const start = { date_histogram: { field: EVENT_TIME, fixed_interval: `${windowMs}ms` } };
  return {
    composite: {
      size: PAGE_WINDOWS,
      sources: [{ start }, { device: { terms: { field: 'deviceId' } } }],
      ...(after === null ? {} : { after: { ...after } }),
    },
    aggs: {
      own: { filter: { bool: { filter: ofRun(run), must_not: LATE } } },
      others: { filter: { bool: { filter: ofOtherRuns(run), must_not: LATE } } },
    },
  };
}

async function answered<T>({ index, signal }: SharedWindowsRequest, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    signal.throwIfAborted();
    throw elasticsearchFailure(error, `Looking for windows of several runs in ${index}`, { index });
  }
}
