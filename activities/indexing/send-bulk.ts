import { pipelineFailure } from '../contracts/failures';
import { accessAdvice, answeredReason } from '../elasticsearch/elasticsearch-failure';
import { isVersioned, type BulkItem } from './bulk-item';
import { verdictOf, postBulk, type BulkReply, type BulkTarget, type ItemResult } from './post-bulk';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** About half a minute; then the attempt fails visibly, and the next one starts at the last heartbeat. */
const MAX_TRIES = 9;
/** After a time as long, an answer that does not come ends the attempt too. */
const MAX_SILENCE_MS = 30_000;
/** After more answers 429 than this, a request is split: it may be too large by itself. */
const BUSY_BEFORE_SPLIT = 2;
const TOO_MANY_REQUESTS = 429;
const TOO_LARGE = 413;
const BAD_REQUEST = 400;

/** The result of a bulk request; each item is counted exactly once. */
export interface BulkOutcome {
  done: number;
  stale: number;
  /** Documents that cannot be indexed; `reason` is Elasticsearch's error type, and `answered` its reason. */
  readonly rejected: { readonly item: BulkItem; readonly reason: string; readonly answered?: string | undefined }[];
  /** Items whose monthly index does not exist. */
  readonly missing: BulkItem[];
}

type Refused = Extract<BulkReply, { readonly kind: 'refused' }>;

export interface SendBulkRequest extends BulkTarget {
  readonly items: readonly BulkItem[];
  /** Waits; rejects when the activity is cancelled. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * Sends items until each has a final verdict. Items that were throttled or got no usable answer are sent again after a
 * growing pause with jitter or after `Retry-After`; a request that is too large is split in halves.
 *
 * Idempotent: documents are indexed under their ids.
 *
 * @returns `outcome`, to which the final verdicts are added
 * @throws ServiceUnavailable when retries did not help for half a minute
 * @throws AccessRefused when Elasticsearch refuses the user, or one end of the TLS connection the other
 * @throws IndexMisconfigured when it rejects items for a reason other than the document
 */
export async function sendBulk(
  request: SendBulkRequest,
  outcome: BulkOutcome = { done: 0, stale: 0, rejected: [], missing: [] },
): Promise<BulkOutcome> {
  const { alias, pause } = request;
  let waiting = request.items;
  const startedMs = Date.now();
  let busy = 0;
  for (let tries = 1; waiting.length > 0; tries++) {
    const reply = await postBulk(request, waiting);
    busy += Number(isBusy(reply));
    if (shouldSplit(reply, busy)) {
      if (reply.retryAfterMs !== null) await pause(reply.retryAfterMs);
      await sendHalves({ ...request, items: waiting }, reply, outcome);
      break;
    }
    waiting = applyReply(alias, waiting, reply, outcome);
    if (waiting.length === 0) break;
    if (tries >= MAX_TRIES || isSilent(reply, startedMs)) throw retriesExhausted(alias, waiting.length, reply);
    await pause(pauseMs(reply, tries));
  }
  return outcome;
}

/** @returns the items to send again */
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
      return countVerdicts(alias, items, reply.results, outcome);
    case 'timeout':
    case 'unknown':
      return items;
    case 'refused':
      if (reply.status !== TOO_MANY_REQUESTS && reply.status < 500) throw refusal(alias, reply.status, reply.reason);
      return items;
  }
}

function countVerdicts(
  alias: string,
  items: readonly BulkItem[],
  results: readonly ItemResult[],
  outcome: BulkOutcome,
): readonly BulkItem[] {
  const retried = new Set<string>();
  return items.filter((item, position) => {
    const result = results[position] ?? { status: 0 };
    const verdict = retried.has(item.id) ? 'retry' : verdictOf(result);
    if (verdict === 'retry') {
      // A later item with the same id is sent again behind it, whatever its own verdict, so that the last one wins.
      if (!isVersioned(item)) retried.add(item.id);
      return true;
    }
    const { type = 'unknown', reason: answered } = result.error ?? {};
    if (verdict === 'reject') outcome.rejected.push({ item, reason: type, answered });
    else if (verdict !== 'fatal') outcome[verdict] += 1;
    else if (isIndexMissing(item, result)) outcome.missing.push(item);
    else throw refusal(alias, result.status, itemReason(result));
    return false;
  });
}

function isIndexMissing({ month }: BulkItem, { error }: ItemResult): boolean {
  return month !== undefined && error?.type === 'index_not_found_exception';
}

function isBusy(reply: BulkReply): boolean {
  return reply.kind === 'refused' && reply.status === TOO_MANY_REQUESTS;
}

function shouldSplit(reply: BulkReply, busy: number): reply is Refused {
  if (isBusy(reply)) return busy > BUSY_BEFORE_SPLIT;
  return reply.kind === 'refused' && (reply.status === TOO_LARGE || reply.status === BAD_REQUEST);
}

function isSilent(reply: BulkReply, startedMs: number): boolean {
  return reply.kind === 'timeout' && Date.now() - startedMs >= MAX_SILENCE_MS;
}

/** Splits down to single items; one that is too large alone is rejected. */
async function sendHalves(request: SendBulkRequest, reply: Refused, outcome: BulkOutcome): Promise<void> {
  const { items, alias, pause } = request;
  const [only] = items;
  if (items.length > 1) {
    const middle = Math.ceil(items.length / 2);
    await sendBulk({ ...request, items: items.slice(0, middle) }, outcome);
    await sendBulk({ ...request, items: items.slice(middle) }, outcome);
  } else if (only !== undefined && reply.status === TOO_LARGE) {
    outcome.rejected.push({ item: only, reason: 'TooLargeForIndex' });
  } else {
    if (reply.status === BAD_REQUEST) throw refusal(alias, reply.status, reply.reason);
    await pause(jittered(LONGEST_PAUSE_MS));
    throw retriesExhausted(alias, items.length, reply);
  }
}

function pauseMs(reply: BulkReply, tries: number): number {
  if (reply.kind === 'refused' && reply.retryAfterMs !== null) return reply.retryAfterMs;
  return jittered(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS));
}

function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random());
}

function retriesExhausted(alias: string, items: number, reply: BulkReply): Error {
  return pipelineFailure(
    'ServiceUnavailable',
    `Indexing ${items} documents into ${alias}: Elasticsearch ${describeReply(reply)}. They are sent again.`,
    { index: alias, hasTakenLong: reply.kind === 'timeout' },
  );
}

function describeReply(reply: BulkReply): string {
  if (reply.kind === 'unknown' || reply.kind === 'timeout') return `did not answer (${reply.reason})`;
  if (reply.kind === 'refused') return `answered ${reply.status} (${reply.reason})`;
  const types = reply.kind === 'items' ? reply.results.map(({ error }) => error?.type) : [];
  if (types.includes('cluster_block_exception')) return 'blocks writes because its disk is too full: free some space';
  return 'is too busy for them';
}

/** Without quoted text, which may be a value of the document. */
function itemReason({ error }: ItemResult): string {
  return answeredReason({ error }).replace(/'[^']*'|"[^"]*"/g, '…');
}

function refusal(alias: string, status: number, reason: string): Error {
  const advice = accessAdvice(status, reason);
  const remedy = advice ?? 'Correct the index or its alias.';
  return pipelineFailure(
    advice === undefined ? 'IndexMisconfigured' : 'AccessRefused',
    // What to do comes first, since a long message is cut where it is shown.
    `Elasticsearch answered ${status} to documents for ${alias}. ${remedy} Nothing is lost: indexing then continues by ` +
      `itself. The reason: ${reason}.`,
    { index: alias },
  );
}
