import type { Client } from '@elastic/elasticsearch';
import { elasticsearchFailure } from '../elasticsearch/failures';
import { pipelineFailure } from '../failures';
import type { BulkItem } from './bulk-item';
import { judgeItem, type ItemResult } from './judge-item';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** What became of the items of one bulk request, each under exactly one heading. */
export interface BulkOutcome {
  readonly done: number;
  readonly stale: number;
  /** Refused for what they are; `reason` is Elasticsearch's error type. */
  readonly dead: readonly { readonly item: BulkItem; readonly reason: string }[];
}

export interface SendBulkRequest {
  readonly elasticsearch: Client;
  readonly alias: string;
  readonly items: readonly BulkItem[];
  readonly signal: AbortSignal;
  /** Waits; rejects when the activity is cancelled. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * Sends one bulk request and sends again, after a growing jittered pause, only what Elasticsearch was too busy for.
 *
 * Safe to repeat: documents are indexed under their ids.
 *
 * @throws ServiceUnavailable when the request as a whole got no usable answer
 * @throws IndexMisconfigured when an item was refused for a reason that no document can mend
 */
export async function sendBulk(request: SendBulkRequest): Promise<BulkOutcome> {
  let waiting = request.items;
  let done = 0;
  let stale = 0;
  const dead: { item: BulkItem; reason: string }[] = [];
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const results = await send({ ...request, items: waiting });
    const again: BulkItem[] = [];
    for (const [position, item] of waiting.entries()) {
      const result = itemAt(results, position);
      const verdict = judgeItem(result);
      if (verdict === 'done') done += 1;
      else if (verdict === 'stale') stale += 1;
      else if (verdict === 'again') again.push(item);
      else if (verdict === 'dead') dead.push({ item, reason: result.error?.type ?? 'unknown' });
      else throw refusal(request.alias, result);
    }
    if (again.length === 0) return { done, stale, dead };
    waiting = again;
    await request.pause(pauseMs * (0.5 + Math.random()));
  }
}

/** Item results in the order of the items. */
async function send({ elasticsearch, alias, items, signal }: SendBulkRequest): Promise<readonly ItemResult[]> {
  try {
    const reply = await elasticsearch.transport.request<{ items: Record<string, ItemResult>[] }>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(alias)}/_bulk`,
        querystring: { filter_path: 'items.*.status,items.*.error.type', require_alias: true },
        bulkBody: Buffer.concat(items.map(({ body }) => body)),
      },
      { maxRetries: 0, signal },
    );
    return reply.items.flatMap((result) => Object.values(result));
  } catch (error) {
    signal.throwIfAborted();
    throw elasticsearchFailure(error, `Indexing ${items.length} documents into ${alias}`);
  }
}

function itemAt(results: readonly ItemResult[], position: number): ItemResult {
  const result = results[position];
  if (result !== undefined) return result;
  throw pipelineFailure(
    'ServiceUnavailable',
    `Elasticsearch answered for ${results.length} items, expected more: the reply was cut short.`,
  );
}

function refusal(alias: string, { status, error }: ItemResult): Error {
  return pipelineFailure(
    'IndexMisconfigured',
    `Elasticsearch refuses documents for ${alias} with ${status} (${error?.type ?? 'no type given'}). ` +
      'Nothing is lost: indexing goes on by itself once the index or its alias is mended.',
  );
}
