/** What becomes of one item of a bulk response. */
export type Verdict =
  /** It stands in the index. */
  | 'done'
  /** A newer version stands there already. */
  | 'stale'
  /** Send it again, later. */
  | 'again'
  /** The document itself cannot be indexed. */
  | 'dead'
  /** The system refuses; no document is to blame, and sending again helps only when somebody mends it. */
  | 'refused';

export interface ItemResult {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason?: string };
}

/**
 * The only refusals a document is to blame for, with status 400. `illegal_argument_exception` is not among them: it
 * is also what an alias without a write index answers.
 */
const DOCUMENT_FAULTS: ReadonlySet<string> = new Set([
  'document_parsing_exception',
  'strict_dynamic_mapping_exception',
]);

/**
 * Judges one item by its status and error type.
 *
 * | answer                                  | verdict   |
 * | --------------------------------------- | --------- |
 * | 2xx                                     | `done`    |
 * | 409 (an older external version)         | `stale`   |
 * | 429, 5xx                                | `again`   |
 * | 400 with a fault of the document        | `dead`    |
 * | anything else, for example 403 or 404   | `refused` |
 */
export function judgeItem({ status, error }: ItemResult): Verdict {
  if (status >= 200 && status < 300) return 'done';
  if (status === 409) return 'stale';
  if (status === 429 || status >= 500) return 'again';
  if (status === 400 && error !== undefined && DOCUMENT_FAULTS.has(error.type)) return 'dead';
  return 'refused';
}
