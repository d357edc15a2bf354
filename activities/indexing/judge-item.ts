/** What becomes of one item of a bulk response. */
export type Verdict =
  /** It stands in the index. */
  | 'done'
  /** A newer version stands there already. */
  | 'stale'
  /** Send it again, later. */
  | 'retry'
  /** The document itself cannot be indexed. */
  | 'reject'
  /** The system refuses; no document is to blame, and sending again helps only when somebody mends it. */
  | 'fatal';

export interface ItemResult {
  readonly status: number;
  /** `reason` may quote values of the document: compare it, never tell it. */
  readonly error?: { readonly type: string; readonly reason?: string };
}

/** Refusals with status 400 that only a document can cause. */
const DOCUMENT_FAULTS: ReadonlySet<string> = new Set([
  'document_parsing_exception',
  'strict_dynamic_mapping_exception',
]);

/** `illegal_argument_exception` is also what an alias without a write index answers; so it begins when a document is to blame. */
const TWO_OBJECTS = 'Malformed content, found extra data after parsing';

/**
 * Judges one item by its status and error type, as Elasticsearch 8.19 was seen to answer.
 *
 * | status | error type                                                                         | verdict   |
 * | ------ | ---------------------------------------------------------------------------------- | --------- |
 * | 2xx    |                                                                                    | `done`    |
 * | 409    | an older external version                                                          | `stale`   |
 * | 429    | queue full (`es_rejected_execution_exception`), disk full (`cluster_block_exception`) | `retry`   |
 * | 5xx    | shard away (`unavailable_shards_exception`)                                        | `retry`   |
 * | 400    | `document_parsing_exception`, `strict_dynamic_mapping_exception`                   | `reject`  |
 * | 400    | `illegal_argument_exception` over two objects on one line                          | `reject`  |
 * | 400    | any other: no write index, closed index, bad index name, no such pipeline          | `fatal`   |
 * | 403    | read-only or write block (`cluster_block_exception`)                               | `fatal`   |
 * | 404    | no such index or alias (`index_not_found_exception`)                               | `fatal`   |
 * | other  |                                                                                    | `fatal`   |
 */
export function judgeItem({ status, error }: ItemResult): Verdict {
  if (status >= 200 && status < 300) return 'done';
  if (status === 409) return 'stale';
  if (status === 429 || status >= 500) return 'retry';
  return status === 400 && error !== undefined && isDocumentsFault(error) ? 'reject' : 'fatal';
}

function isDocumentsFault({ type, reason = '' }: { readonly type: string; readonly reason?: string }): boolean {
  return DOCUMENT_FAULTS.has(type) || (type === 'illegal_argument_exception' && reason.startsWith(TWO_OBJECTS));
}
