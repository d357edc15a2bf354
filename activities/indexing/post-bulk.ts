import type { Readable } from 'node:stream';
import type { Client } from '@elastic/elasticsearch';
import type { ItemResult } from './judge-item';

/** Elasticsearch says first whether any item failed; where none did, the rest need not be parsed. */
const NO_ERRORS = Buffer.from('{"errors":false');
const END = Buffer.from(']}');
const FILTER = 'errors,items.*.status,items.*.error.type,items.*.error.reason';
/** Of the body, after the head has come. */
const BODY_TIMEOUT_MS = 30_000;
const MAX_RETRY_AFTER_MS = 30_000;

export type BulkReply =
  | { readonly kind: 'allDone' }
  /** One result per item, in the order of the items. */
  | { readonly kind: 'items'; readonly results: readonly ItemResult[] }
  /** The request as a whole was refused, and nothing of it applied. */
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly retryAfterMs: number | null }
  /** Nobody knows what was applied. */
  | { readonly kind: 'lost'; readonly reason: string };

export interface BulkRequest {
  readonly elasticsearch: Client;
  readonly alias: string;
  readonly body: Buffer;
  readonly items: number;
  /** Items name an index each, and none goes to the alias. */
  readonly byMonth: boolean;
  readonly signal: AbortSignal;
}

/** Sends one bulk body once; whatever comes back is an answer, and only an abort throws. */
export async function postBulk({
  elasticsearch,
  alias,
  body,
  items,
  byMonth,
  signal,
}: BulkRequest): Promise<BulkReply> {
  try {
    const reply = await elasticsearch.transport.request<Readable>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(alias)}/_bulk`,
        querystring: { filter_path: FILTER, require_alias: !byMonth },
        bulkBody: body,
      },
      { maxRetries: 0, signal, meta: true, asStream: true },
    );
    const answer = await wholeBody(reply.body, signal);
    if (reply.statusCode === 200) return itemResults(answer, items);
    const retryAfter = Number(reply.headers['retry-after']);
    return {
      kind: 'refused',
      status: reply.statusCode,
      type: errorType(answer),
      retryAfterMs: retryAfter > 0 ? Math.min(retryAfter * 1_000, MAX_RETRY_AFTER_MS) : null,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'lost', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function wholeBody(stream: Readable, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const end = AbortSignal.any([signal, AbortSignal.timeout(BODY_TIMEOUT_MS)]);
  const abort = (): void => {
    stream.destroy(new Error('the answer did not end in time'));
  };
  if (end.aborted) abort();
  end.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } finally {
    end.removeEventListener('abort', abort);
  }
  return Buffer.concat(chunks);
}

function itemResults(answer: Buffer, items: number): BulkReply {
  const isWhole = answer.subarray(-END.length).equals(END);
  if (isWhole && answer.subarray(0, NO_ERRORS.length).equals(NO_ERRORS)) return { kind: 'allDone' };
  try {
    const reply = JSON.parse(answer.toString('utf8')) as { items: Record<string, ItemResult>[] };
    const results = reply.items.flatMap((result) => Object.values(result));
    if (results.length === items) return { kind: 'items', results };
    return { kind: 'lost', reason: `expected answers for ${items} items, got ${results.length}` };
  } catch {
    return { kind: 'lost', reason: 'the answer is no JSON of a bulk request' };
  }
}

function errorType(answer: Buffer): string {
  try {
    const { error } = JSON.parse(answer.toString('utf8')) as { error?: { type?: unknown } };
    return typeof error?.type === 'string' ? error.type : 'no type given';
  } catch {
    return 'no type given';
  }
}
