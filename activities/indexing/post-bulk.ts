import { addAbortSignal, type Readable } from 'node:stream';
import type { Client } from '@elastic/elasticsearch';
import { answeredReason, elasticsearchFailure, isTimeout } from '../elasticsearch/elasticsearch-failure';
import { bulkBody, type BulkItem } from './bulk-item';

/** The response begins with `errors`: if it is false, the items need not be parsed. */
const NO_ERRORS = Buffer.from('{"errors":false');
const END = Buffer.from(']}');
const FILTER = 'errors,items.*.status,items.*.error.type,items.*.error.reason';
/** For the body, after the response headers have arrived. */
const BODY_TIMEOUT_MS = 30_000;
const MAX_RETRY_AFTER_MS = 30_000;

/** Errors with status 400 that only a document can cause. */
const DOCUMENT_ERRORS: ReadonlySet<string> = new Set([
  'document_parsing_exception',
  'strict_dynamic_mapping_exception',
]);
/** An alias without a write index also gives `illegal_argument_exception`; with this beginning, the document is at fault. */
const TWO_OBJECTS = 'Malformed content, found extra data after parsing';

export interface ItemResult {
  readonly status: number;
  /** `reason` may quote values of the document: compare it, never log it. */
  readonly error?: { readonly type: string; readonly reason?: string };
}

export type BulkReply =
  | { readonly kind: 'allDone' }
  /** One result per item, in the order of the items. */
  | { readonly kind: 'items'; readonly results: readonly ItemResult[] }
  /** The request was rejected as a whole; nothing was applied. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly retryAfterMs: number | null }
  /** It is unknown what was applied; `timeout`: the request waited for its whole timeout. */
  | { readonly kind: 'unknown' | 'timeout'; readonly reason: string };

export type Verdict =
  /** The document is in the index. */
  | 'done'
  /** The index has a newer version of it. */
  | 'stale'
  /** Send it again later. */
  | 'retry'
  /** The document itself cannot be indexed. */
  | 'reject'
  /** No document is at fault; sending it again helps only after an operator has corrected the index. */
  | 'fatal';

export interface BulkTarget {
  readonly elasticsearch: Client;
  readonly alias: string;
  readonly signal: AbortSignal;
}

/**
 * Sends one bulk body once. Every other response or error is a reply.
 *
 * @throws the reason of the abort
 * @throws AccessRefused when one end of the TLS connection does not accept the other
 */
export async function postBulk(target: BulkTarget, items: readonly BulkItem[]): Promise<BulkReply> {
  const { elasticsearch, alias, signal } = target;
  // Items of a month name their index, and none goes to the alias.
  const byMonth = items.some(({ month }) => month !== undefined);
  const body = bulkBody(items);
  try {
    const response = await elasticsearch.transport.request<Readable>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(alias)}/_bulk`,
        querystring: { filter_path: FILTER, require_alias: !byMonth },
        bulkBody: body,
      },
      { maxRetries: 0, signal, meta: true, asStream: true },
    );
    const content = await readBody(response.body, signal);
    if (response.statusCode === 200) return itemResults(content, items.length);
    const retryAfter = Number(response.headers['retry-after']);
    return {
      kind: 'refused',
      status: response.statusCode,
      reason: answeredReason(parsed(content)),
      retryAfterMs: retryAfter > 0 ? Math.min(retryAfter * 1_000, MAX_RETRY_AFTER_MS) : null,
    };
  } catch (error) {
    signal.throwIfAborted();
    const failure = elasticsearchFailure(error, `Indexing ${items.length} documents into ${alias}`, { index: alias });
    if (failure.type === 'AccessRefused') throw failure;
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: isTimeout(error) ? 'timeout' : 'unknown', reason };
  }
}

/**
 * Judges one item by its status and error type, as observed with Elasticsearch 8.19.
 *
 * | status | error type                                                                         | verdict   |
 * | ------ | ---------------------------------------------------------------------------------- | --------- |
 * | 2xx    |                                                                                    | `done`    |
 * | 409    | an older external version                                                          | `stale`   |
 * | 429    | queue full (`es_rejected_execution_exception`), disk full (`cluster_block_exception`) | `retry`   |
 * | 5xx    | shard unavailable (`unavailable_shards_exception`)                                 | `retry`   |
 * | 400    | `document_parsing_exception`, `strict_dynamic_mapping_exception`                   | `reject`  |
 * | 400    | `illegal_argument_exception` because of two objects on one line                    | `reject`  |
 * | 400    | any other: no write index, closed index, bad index name, missing ingest pipeline   | `fatal`   |
 * | 403    | read-only or write block (`cluster_block_exception`)                               | `fatal`   |
 * | 404    | no such index or alias (`index_not_found_exception`)                               | `fatal`   |
 * | other  |                                                                                    | `fatal`   |
 */
export function verdictOf({ status, error }: ItemResult): Verdict {
  if (status >= 200 && status < 300) return 'done';
  if (status === 409) return 'stale';
  if (status === 429 || status >= 500) return 'retry';
  return status === 400 && error !== undefined && isDocumentError(error) ? 'reject' : 'fatal';
}

function isDocumentError({ type, reason = '' }: NonNullable<ItemResult['error']>): boolean {
  return DOCUMENT_ERRORS.has(type) || (type === 'illegal_argument_exception' && reason.startsWith(TWO_OBJECTS));
}

async function readBody(body: Readable, signal: AbortSignal): Promise<Buffer> {
  // In Node 20, a timeout within `AbortSignal.any` may be garbage-collected before it fires.
  const timer = setTimeout(() => body.destroy(new Error('the response body did not end in time')), BODY_TIMEOUT_MS);
  try {
    return Buffer.concat((await addAbortSignal(signal, body).toArray()) as Buffer[]);
  } finally {
    clearTimeout(timer);
  }
}

function itemResults(content: Buffer, items: number): BulkReply {
  const isComplete = content.subarray(-END.length).equals(END);
  if (isComplete && content.subarray(0, NO_ERRORS.length).equals(NO_ERRORS)) return { kind: 'allDone' };
  try {
    const response = JSON.parse(content.toString('utf8')) as { items: Record<string, ItemResult>[] };
    const results = response.items.flatMap((result) => Object.values(result));
    if (results.length === items) return { kind: 'items', results };
    return { kind: 'unknown', reason: `expected results for ${items} items, got ${results.length}` };
  } catch {
    return { kind: 'unknown', reason: 'the response is not the JSON of a bulk request' };
  }
}

/** Returns null if the content is not JSON, for example the page of a proxy. */
function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return null;
  }
}
