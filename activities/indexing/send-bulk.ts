import type { Client } from '@elastic/elasticsearch';
import { pipelineFailure } from '../contracts/failures';
import { bulkBody, isVersioned, type BulkItem } from './bulk-item';
import { judgeItem, postBulk, type BulkReply, type ItemResult, type Verdict } from './post-bulk';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** About half a minute; then the attempt fails visibly, and the next one starts at the last heartbeat. */
const MAX_TRIES = 9;
/** After more answers 429 than this, a request is split: it may be too large by itself. */
const BUSY_BEFORE_SPLIT = 2;
const TOO_MANY_REQUESTS = 429;
const TOO_LARGE = 413;
const BAD_REQUEST = 400;

interface RejectedItem {
  readonly item: BulkItem;
  /** Elasticsearch's error type. */
  readonly reason: string;
}

/** The result of a bulk request; each item is counted exactly once. */
export interface BulkOutcome {
  done: number;
  stale: number;
  /** Documents that cannot be indexed. */
  readonly rejected: RejectedItem[];
  /** Items whose monthly index does not exist. */
  readonly missing: BulkItem[];
}

type Refused = Extract<BulkReply, { readonly kind: 'refused' }>;

export interface SendBulkRequest {
  readonly elasticsearch: Client;
  readonly alias: string;
  readonly items: readonly BulkItem[];
  readonly signal: AbortSignal;
  /** Waits; rejects when the activity is cancelled. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * Sends items until each has a final verdict. Items that were throttled or got no usable answer are sent again after a
 * growing pause with jitter or after `Retry-After`; a request that is too large is split in halves.
 *
 * Idempotent: documents are indexed under their ids.
 *
 * @throws ServiceUnavailable when retries did not help for half a minute
 * @throws IndexMisconfigured when Elasticsearch rejects items for a reason other than the document
 */
export async function sendBulk(request: SendBulkRequest): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { done: 0, stale: 0, rejected: [], missing: [] };
  let waiting = request.items;
  let busy = 0;
  for (let tries = 1; waiting.length > 0; tries++) {
    const reply = await post(request, waiting);
    if (reply.kind === 'refused' && reply.status === TOO_MANY_REQUESTS) busy += 1;
    if (reply.kind === 'refused' && shouldSplit(reply.status, busy)) {
      if (reply.retryAfterMs !== null) await request.pause(reply.retryAfterMs);
      return mergeOutcomes(outcome, await sendHalves({ ...request, items: waiting }, reply));
    }
    waiting = applyReply(request.alias, waiting, reply, outcome);
    if (waiting.length === 0) break;
    if (tries >= MAX_TRIES) throw retriesExhausted(request.alias, waiting.length, reply);
    await request.pause(pauseMs(reply, tries));
  }
  return outcome;
}

async function post({ elasticsearch, alias, signal }: SendBulkRequest, items: readonly BulkItem[]): Promise<BulkReply> {
  const byMonth = items.some(({ month }) => month !== undefined);
  return await postBulk({ elasticsearch, alias, body: bulkBody(items), items: items.length, byMonth, signal });
}

/** Adds final verdicts to `outcome`. @returns the items to send again */
function applyReply(
  alias: string,
  items: readonly BulkItem[],
  reply: BulkReply,
  outcome: BulkOutcome,
): readonly BulkItem[] {
  switch (reply.kind) {
    case 'allDone':
      outcome.done += items.length;
      return [];
    case 'items':
      return judgeItems(alias, items, reply.results, outcome);
    case 'unknown':
      return items;
    case 'refused':
      if (reply.status !== TOO_MANY_REQUESTS && reply.status < 500) throw refusal(alias, reply.status, reply.type);
      return items;
  }
}

function judgeItems(
  alias: string,
  items: readonly BulkItem[],
  results: readonly ItemResult[],
  outcome: BulkOutcome,
): readonly BulkItem[] {
  const retried = new Set<string>();
  return items.filter((item, position) => {
    const result = results[position] ?? { status: 0 };
    const verdict = retried.has(item.id) ? 'retry' : judgeItem(result);
    if (verdict === 'fatal' && !isIndexMissing(item, result)) throw refusal(alias, result.status, result.error?.type);
    if (verdict !== 'retry') addVerdict(outcome, verdict, item, result);
    // A later item with the same id is sent again behind it, whatever its own verdict, so that the last one wins.
    else if (!isVersioned(item)) retried.add(item.id);
    return verdict === 'retry';
  });
}

function addVerdict(
  outcome: BulkOutcome,
  verdict: Exclude<Verdict, 'retry'>,
  item: BulkItem,
  result: ItemResult,
): void {
  if (verdict === 'reject') outcome.rejected.push({ item, reason: result.error?.type ?? 'unknown' });
  else if (verdict === 'fatal') outcome.missing.push(item);
  else outcome[verdict] += 1;
}

function isIndexMissing({ month }: BulkItem, { error }: ItemResult): boolean {
  return month !== undefined && error?.type === 'index_not_found_exception';
}

function shouldSplit(status: number, busy: number): boolean {
  return status === TOO_LARGE || status === BAD_REQUEST || (status === TOO_MANY_REQUESTS && busy > BUSY_BEFORE_SPLIT);
}

/** Splits down to single items; one that is too large alone is rejected. */
async function sendHalves(request: SendBulkRequest, reply: Refused): Promise<BulkOutcome> {
  const { items, alias, pause } = request;
  const [only] = items;
  if (items.length > 1) {
    const middle = Math.ceil(items.length / 2);
    const first = await sendBulk({ ...request, items: items.slice(0, middle) });
    return mergeOutcomes(first, await sendBulk({ ...request, items: items.slice(middle) }));
  }
  if (only !== undefined && reply.status === TOO_LARGE) {
    return { done: 0, stale: 0, rejected: [{ item: only, reason: 'TooLargeForIndex' }], missing: [] };
  }
  if (reply.status === BAD_REQUEST) throw refusal(alias, reply.status, reply.type);
  await pause(jittered(LONGEST_PAUSE_MS));
  throw retriesExhausted(alias, items.length, reply);
}

function pauseMs(reply: BulkReply, tries: number): number {
  if (reply.kind === 'refused' && reply.retryAfterMs !== null) return reply.retryAfterMs;
  return jittered(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS));
}

export function mergeOutcomes(one: BulkOutcome, other: BulkOutcome): BulkOutcome {
  return {
    done: one.done + other.done,
    stale: one.stale + other.stale,
    rejected: [...one.rejected, ...other.rejected],
    missing: [...one.missing, ...other.missing],
  };
}

function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random());
}

function retriesExhausted(alias: string, items: number, reply: BulkReply): Error {
  return pipelineFailure(
    'ServiceUnavailable',
    `Indexing ${items} documents into ${alias}: Elasticsearch ${describeReply(reply)}. They are sent again.`,
    { index: alias },
  );
}

function describeReply(reply: BulkReply): string {
  if (reply.kind === 'unknown') return `did not answer (${reply.reason})`;
  if (reply.kind === 'refused') return `answered ${reply.status} (${reply.type})`;
  const types = reply.kind === 'items' ? reply.results.map(({ error }) => error?.type) : [];
  if (types.includes('cluster_block_exception')) return 'blocks writes because its disk is too full: free some space';
  return 'is too busy for them';
}

function refusal(alias: string, status: number, type = 'no type given'): Error {
  return pipelineFailure(
    'IndexMisconfigured',
    `Elasticsearch rejects documents for ${alias} with ${status} (${type}). ` +
      'Nothing is lost: indexing continues by itself once the index or its alias is corrected.',
    { index: alias },
  );
}
