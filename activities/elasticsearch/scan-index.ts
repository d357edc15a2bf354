import type { Client, estypes } from '@elastic/elasticsearch';
import { pipelineFailure } from '../contracts/failures';
import type { JsonObject } from '../contracts/json-object';
import { answerText } from './answer-text';
import { elasticsearchFailure, isNotFound } from './elasticsearch-failure';

const KEEP_ALIVE = '5m';
const FIRST_PAGE_DOCUMENTS = 500;
const MAX_PAGE_DOCUMENTS = 5_000;
/** Documents may be megabytes long: the size of a page depends on the bytes of the last one; too large ones are dropped. */
const TARGET_PAGE_BYTES = 1_000_000;
const MAX_PAGE_BYTES = 8_000_000;

export interface IndexedDocument {
  readonly _id: string;
  readonly _source: JsonObject;
  /** How often a document without a version of its own was written under this id. */
  readonly _version: number;
  readonly sort: unknown;
}

interface ScanIndexRequest {
  /** Alias or index; treated as empty if it does not exist. */
  readonly index: string;
  readonly query: estypes.QueryDslQueryContainer;
  /** The fields of the documents to return; default all, and without any no `_source`. */
  readonly fields?: readonly string[];
  readonly signal: AbortSignal;
  /** Where another scan stopped: the same documents are read on from there, as long as Elasticsearch keeps its point in time. */
  readonly from?: { readonly pit: string; readonly after: unknown };
  /** Told the point in time of this scan. */
  readonly onOpen?: (pit: string) => void;
}

/**
 * Yields every document that a query matches, as it is in the index now, page by page.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond, or not for every shard
 * @throws IndexMisconfigured when it rejects the request
 */
export async function* scanIndex(
  elasticsearch: Client,
  request: ScanIndexRequest,
): AsyncGenerator<readonly IndexedDocument[]> {
  const { index, signal, from, onOpen } = request;
  const pit = from?.pit ?? (await withFailures(request, () => openPointInTime(elasticsearch, index, signal)));
  if (pit === null) return;
  onOpen?.(pit);
  try {
    yield* pages(elasticsearch, request, pit);
  } finally {
    await elasticsearch.closePointInTime({ id: pit }).catch(() => undefined);
  }
}

async function* pages(
  elasticsearch: Client,
  request: ScanIndexRequest,
  pit: string,
): AsyncGenerator<readonly IndexedDocument[]> {
  const { query, fields, signal, from } = request;
  const all = {
    pit: { id: pit, keep_alive: KEEP_ALIVE },
    query,
    version: true,
    ...(fields === undefined ? {} : { _source: fields.length > 0 && fields }),
    sort: [{ _shard_doc: 'asc' }],
    track_total_hits: false,
  };
  let size = FIRST_PAGE_DOCUMENTS;
  let after = from?.after;
  for (;;) {
    const search = { ...all, size, ...(after === undefined ? {} : { search_after: after }) };
    const page = await withFailures(request, () => readPage(elasticsearch, search, signal));
    if (page === null) {
      size = Math.max(1, Math.floor(size / 4));
      continue;
    }
    const { hits, bytes } = page;
    yield hits;
    after = hits.at(-1)?.sort;
    if (after === undefined) return;
    size = Math.min(MAX_PAGE_DOCUMENTS, Math.max(1, Math.floor((TARGET_PAGE_BYTES * hits.length) / bytes)));
  }
}

/** Refreshes the index and opens a point in time; null if there is no such index. */
async function openPointInTime(elasticsearch: Client, index: string, signal: AbortSignal): Promise<string | null> {
  try {
    await elasticsearch.indices.refresh({ index }, { signal });
    const { id } = await elasticsearch.openPointInTime({ index, keep_alive: KEEP_ALIVE }, { signal });
    return id;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Returns null if the page exceeds `MAX_PAGE_BYTES`; request fewer documents then. */
async function readPage(
  elasticsearch: Client,
  search: { readonly size: number },
  signal: AbortSignal,
): Promise<{ readonly hits: readonly IndexedDocument[]; readonly bytes: number } | null> {
  const maxBytes = search.size > 1 ? MAX_PAGE_BYTES : Number.POSITIVE_INFINITY;
  const querystring = { allow_partial_search_results: false };
  const request = { method: 'POST', path: '/_search', querystring, body: search } as const;
  const text = await answerText(elasticsearch, request, { signal, maxBytes }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    throw pipelineFailure('ServiceUnavailable', 'Elasticsearch lost the point in time of a paginated search.');
  });
  if (text === null) return null;
  const { hits } = JSON.parse(text) as { hits: { hits: IndexedDocument[] } };
  return { hits: hits.hits, bytes: text.length };
}

/** Passes on cancellation and our own failures, and converts any other error to a type of the failure table. */
async function withFailures<T>({ index, signal }: ScanIndexRequest, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    signal.throwIfAborted();
    throw elasticsearchFailure(error, `Reading index ${index}`, { index });
  }
}
