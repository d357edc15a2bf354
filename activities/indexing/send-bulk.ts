import type { Client } from '@elastic/elasticsearch';
import { pipelineFailure } from '../contracts/failures';
import { bulkBody, isVersioned, type BulkItem } from './bulk-item';
import { judgeItem, type ItemResult, type Verdict } from './judge-item';
import { postBulk, type BulkReply } from './post-bulk';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** About half a minute; after it the attempt fails visibly, and the next begins at the last heartbeat. */
const MAX_TRIES = 9;
/** A request that is refused as too much so often is halved: its size itself may be what is too much. */
const BUSY_BEFORE_HALVING = 2;
const TOO_MANY_REQUESTS = 429;
const TOO_LARGE = 413;
const BAD_REQUEST = 400;

/** What became of the items of one bulk request, each under exactly one heading. */
export interface BulkOutcome {
  readonly done: number;
  readonly stale: number;
  /** Refused for what they are; `reason` is Elasticsearch's error type. */
  readonly dead: readonly { readonly item: BulkItem; readonly reason: string }[];
  /** The index of their month is not there (any more). */
  readonly missing: readonly BulkItem[];
}

type Refused = Extract<BulkReply, { readonly kind: 'refused' }>;

interface Tally {
  done: number;
  stale: number;
  readonly dead: { readonly item: BulkItem; readonly reason: string }[];
  readonly missing: BulkItem[];
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
 * Sends items until each is judged: again, after a growing jittered pause or the one that Elasticsearch asks for, what
 * it was too busy for or what got no usable answer; in halves what it cannot take as a whole.
 *
 * Safe to repeat: documents are indexed under their ids.
 *
 * @throws ServiceUnavailable when trying again for half a minute did not help
 * @throws IndexMisconfigured when it refuses for a reason that no document can mend
 */
export async function sendBulk(request: SendBulkRequest): Promise<BulkOutcome> {
  const outcome: Tally = { done: 0, stale: 0, dead: [], missing: [] };
  let waiting = request.items;
  let busy = 0;
  for (let tries = 1; waiting.length > 0; tries++) {
    const reply = await post(request, waiting);
    if (reply.kind === 'refused' && reply.status === TOO_MANY_REQUESTS) busy += 1;
    if (reply.kind === 'refused' && isTooMuch(reply.status, busy)) {
      if (reply.retryAfterMs !== null) await request.pause(reply.retryAfterMs);
      return mergeOutcomes(outcome, await inHalves({ ...request, items: waiting }, reply));
    }
    waiting = judgeReply(request.alias, waiting, reply, outcome);
    if (waiting.length === 0) break;
    if (tries >= MAX_TRIES) throw stillWaiting(request.alias, waiting.length, reply);
    await request.pause(pauseMs(reply, tries));
  }
  return outcome;
}

async function post({ elasticsearch, alias, signal }: SendBulkRequest, items: readonly BulkItem[]): Promise<BulkReply> {
  const byMonth = items.some(({ month }) => month !== undefined);
  return await postBulk({ elasticsearch, alias, body: bulkBody(items), items: items.length, byMonth, signal });
}

/** Adds what is judged to `outcome`. @returns what is to be sent again */
function judgeReply(alias: string, items: readonly BulkItem[], reply: BulkReply, outcome: Tally): readonly BulkItem[] {
  switch (reply.kind) {
    case 'allDone':
      outcome.done += items.length;
      return [];
    case 'items':
      return judgeItems(alias, items, reply.results, outcome);
    case 'lost':
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
  outcome: Tally,
): readonly BulkItem[] {
  const again = new Set<string>();
  return items.filter((item, position) => {
    const result = results[position] ?? { status: 0 };
    const verdict = again.has(item.id) ? 'retry' : judgeItem(result);
    if (verdict === 'fatal' && !isMissing(item, result)) throw refusal(alias, result.status, result.error?.type);
    if (verdict !== 'retry') enter(outcome, verdict, item, result);
    // A later one under the same id goes again behind it, whatever became of it: the last is to stand in the end.
    else if (!isVersioned(item)) again.add(item.id);
    return verdict === 'retry';
  });
}

function enter(outcome: Tally, verdict: Exclude<Verdict, 'retry'>, item: BulkItem, { error }: ItemResult): void {
  switch (verdict) {
    case 'done':
    case 'stale':
      outcome[verdict] += 1;
      break;
    case 'reject':
      outcome.dead.push({ item, reason: error?.type ?? 'unknown' });
      break;
    case 'fatal':
      outcome.missing.push(item);
      break;
  }
}

function isMissing({ month }: BulkItem, { error }: ItemResult): boolean {
  return month !== undefined && error?.type === 'index_not_found_exception';
}

function isTooMuch(status: number, busy: number): boolean {
  return status === TOO_LARGE || status === BAD_REQUEST || (status === TOO_MANY_REQUESTS && busy > BUSY_BEFORE_HALVING);
}

/** Half by half down to the one item that cannot be taken; what is too large alone is that item's own fault. */
async function inHalves(request: SendBulkRequest, reply: Refused): Promise<BulkOutcome> {
  const { items, alias, pause } = request;
  const [only] = items;
  if (items.length > 1) {
    const middle = Math.ceil(items.length / 2);
    const first = await sendBulk({ ...request, items: items.slice(0, middle) });
    return mergeOutcomes(first, await sendBulk({ ...request, items: items.slice(middle) }));
  }
  if (only !== undefined && reply.status === TOO_LARGE) {
    return { done: 0, stale: 0, dead: [{ item: only, reason: 'TooLargeForIndex' }], missing: [] };
  }
  if (reply.status === BAD_REQUEST) throw refusal(alias, reply.status, reply.type);
  await pause(jittered(LONGEST_PAUSE_MS));
  throw stillWaiting(alias, items.length, reply);
}

/** As long as Elasticsearch asks for, else longer with every try. */
function pauseMs(reply: BulkReply, tries: number): number {
  if (reply.kind === 'refused' && reply.retryAfterMs !== null) return reply.retryAfterMs;
  return jittered(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS));
}

export function mergeOutcomes(one: BulkOutcome, other: BulkOutcome): BulkOutcome {
  return {
    done: one.done + other.done,
    stale: one.stale + other.stale,
    dead: [...one.dead, ...other.dead],
    missing: [...one.missing, ...other.missing],
  };
}

function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random());
}

/** What is said once trying again has not helped. */
function stillWaiting(alias: string, items: number, reply: BulkReply): Error {
  return pipelineFailure(
    'ServiceUnavailable',
    `Indexing ${items} documents into ${alias}: Elasticsearch ${whatItSaid(reply)}. They are sent again.`,
    { index: alias },
  );
}

function whatItSaid(reply: BulkReply): string {
  if (reply.kind === 'lost') return `did not answer (${reply.reason})`;
  if (reply.kind === 'refused') return `answered ${reply.status} (${reply.type})`;
  const types = reply.kind === 'items' ? reply.results.map(({ error }) => error?.type) : [];
  if (types.includes('cluster_block_exception')) return 'takes no more, since its disk is too full: free some of it';
  return 'is too busy for them';
}

function refusal(alias: string, status: number, type = 'no type given'): Error {
  return pipelineFailure(
    'IndexMisconfigured',
    `Elasticsearch refuses documents for ${alias} with ${status} (${type}). ` +
      'Nothing is lost: indexing goes on by itself once the index or its alias is mended.',
    { index: alias },
  );
}
