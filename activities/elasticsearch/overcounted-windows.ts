import type { Client, estypes } from '@elastic/elasticsearch';
import { elasticsearchFailure } from './elasticsearch-failure';
import { EVENT_TIME_FIELDS, eventTimeRange } from './event-time';
import { ofOtherRuns, ofRun } from './provenance';
import { refreshIndex } from './refresh-index';

/** Windows, and then buckets of readings, in one answer. */
const PAGE = 2_000;
/** A late reading is in no window. */
const LATE: estypes.QueryDslQueryContainer = { term: { late: true } };

interface OvercountedWindowsRequest {
  /** Aliases. */
  readonly readings: string;
  readonly windows: string;
  readonly run: string;
  readonly windowMs: number;
  readonly signal: AbortSignal;
}

/** A window whose document counts more readings than are indexed in it. */
export interface OvercountedWindow {
  readonly deviceId: string;
  readonly startMs: number;
  /** In its document. */
  readonly count: number;
  /** Indexed in it, all of them of other runs. */
  readonly readings: number;
}

/**
 * Yields the windows of other runs that count more readings than are indexed in them, if no reading of this run is: those
 * that the index rejected, and those that this run has moved to other windows. Of the latter, windows of this length only.
 *
 * It takes counts from Elasticsearch, without reading a document; a page of windows is in memory.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function* overcountedWindows(
  elasticsearch: Client,
  request: OvercountedWindowsRequest,
): AsyncGenerator<readonly OvercountedWindow[]> {
  const { readings, windows: index, windowMs } = request;
  const refreshed = (name: string) => search(request, () => refreshIndex(elasticsearch, name, request.signal));
  await refreshed(readings);
  if (!(await refreshed(index))) return;
  for await (const page of pagesOf<WindowBucket>(elasticsearch, request, windowPages(request))) {
    const windows = page.filter(({ key }) => key.end - key.start === windowMs);
    const starts = windows.map(({ key }) => key.start);
    if (starts.length === 0) continue;
    const counts = await readingCounts(elasticsearch, request, starts);
    yield windows.flatMap(({ key: { start, device }, count }) => {
      const found = counts.get(keyOf(start, device)) ?? { own: 0, all: 0 };
      if (found.own > 0 || count.value <= found.all) return [];
      return [{ deviceId: device, startMs: start, count: count.value, readings: found.all }];
    });
  }
}

interface Pages {
  readonly index: string;
  readonly query: estypes.QueryDslQueryContainer;
  readonly sources: NonNullable<estypes.AggregationsCompositeAggregation['sources']>;
  readonly aggs: Readonly<Record<string, estypes.AggregationsAggregationContainer>>;
}

interface WindowBucket {
  readonly key: { readonly start: number; readonly device: string; readonly end: number };
  readonly count: { readonly value: number };
}

interface ReadingBucket {
  readonly key: { readonly start: number; readonly device: string };
  readonly doc_count: number;
  readonly own: { readonly doc_count: number };
}

/** In the order of their starts, so that the readings of a page are in a short time. */
function windowPages({ windows: index, run }: OvercountedWindowsRequest): Pages {
  const terms = (field: string) => ({ terms: { field } });
  return {
    index,
    query: ofOtherRuns(run),
    sources: [{ start: terms(EVENT_TIME_FIELDS.windows) }, { device: terms('deviceId') }, { end: terms('windowEnd') }],
    aggs: { count: { sum: { field: 'count' } } },
  };
}

/** @param starts - of windows, ascending */
async function readingCounts(
  elasticsearch: Client,
  request: OvercountedWindowsRequest,
  starts: readonly number[],
): Promise<ReadonlyMap<string, { readonly own: number; readonly all: number }>> {
  const { readings: index, run, windowMs } = request;
  const field = EVENT_TIME_FIELDS.readings;
  const inTime = { range: { [field]: eventTimeRange(starts[0] ?? 0, (starts.at(-1) ?? 0) + windowMs) } };
  const start = { date_histogram: { field, fixed_interval: `${windowMs}ms` } };
  const pages = {
    index,
    query: { bool: { filter: inTime, must_not: LATE } },
    sources: [{ start }, { device: { terms: { field: 'deviceId' } } }],
    aggs: { own: { filter: ofRun(run) } },
  };
  const counts = new Map<string, { own: number; all: number }>();
  for await (const page of pagesOf<ReadingBucket>(elasticsearch, request, pages)) {
    for (const { key, doc_count: all, own } of page) {
      counts.set(keyOf(key.start, key.device), { own: own.doc_count, all });
    }
  }
  return counts;
}

function keyOf(startMs: number, deviceId: string): string {
  return `${startMs}|${deviceId}`;
}

async function* pagesOf<Bucket>(
  elasticsearch: Client,
  request: OvercountedWindowsRequest,
  { index, query, sources, aggs }: Pages,
): AsyncGenerator<readonly Bucket[]> {
  let after: estypes.AggregationsCompositeAggregateKey | undefined;
  do {
    const composite = { size: PAGE, sources, ...(after === undefined ? {} : { after }) };
    const body = {
      ...{ index, query, size: 0, track_total_hits: false, allow_partial_search_results: false },
      aggs: { page: { composite, aggs } },
    };
    const { aggregations } = await search(request, () =>
      elasticsearch.search<unknown, { readonly page: CompositePage<Bucket> }>(body, { signal: request.signal }),
    );
    yield aggregations?.page.buckets ?? [];
    after = aggregations?.page.after_key;
  } while (after !== undefined);
}

interface CompositePage<Bucket> {
  readonly buckets: readonly Bucket[];
  readonly after_key?: estypes.AggregationsCompositeAggregateKey;
}

async function search<T>({ windows: index, signal }: OvercountedWindowsRequest, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    throw elasticsearchFailure(error, `Looking for windows whose readings have gone in ${index}`, { index });
  }
}
