import type { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { recordFingerprint, type RecordFingerprint } from '../contracts/record-fingerprint';
import { pipelineFailure } from '../contracts/failures';
import type { KafkaGateway } from '../kafka';
import { awaitDocuments } from './await-documents';
import type { BulkItem, Unsendable } from './bulk-item';
import type { BulkEntry, MonthRouter } from './month-router';
import type { IndexCounts, IndexSliceInput } from './slice';
import { publishDeadLetters, type RefusedRecord } from './publish-dead-letters';
import { mergeOutcomes, sendBulk, type BulkOutcome, type SendBulkRequest } from './send-bulk';

/** While a request is under way or waits to be sent again. */
const HEARTBEAT_MS = 2_000;
/** A month may be dropped between its being opened and its being written to; more often, something else is wrong. */
const MAX_REOPENINGS = 5;
/** Fewer are no flood, whatever their share. */
const MIN_FLOOD = 100;

/** One request's records, wholly done: indexed, or dead letters that Kafka has acknowledged. */
export interface Written {
  /** Decimal offset after the last of them. */
  readonly next: string;
  readonly last: RecordFingerprint;
  readonly counts: IndexCounts;
}

export interface WriteDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** Of the alias that is written to. */
  readonly router: MonthRouter;
  readonly context: Pick<Context, 'sleep'>;
  /** Ends the requests in flight. */
  readonly signal: AbortSignal;
  /** Says that the slice is alive and stands where it stood. */
  readonly beat: () => void;
  readonly target: Pick<IndexSliceInput, 'topic' | 'alias' | 'deadLetterTopic' | 'maxDeadLetterRatio' | 'sink'>;
}

/** @returns the writer of one slice, which brings one request's records to their end */
export function writeEntries(dependencies: WriteDependencies): (entries: readonly BulkEntry[]) => Promise<Written> {
  const { kafka, beat, target } = dependencies;
  const seen = { records: 0, refused: 0 };

  return async (entries) => {
    const items = entries.filter((entry): entry is BulkItem => 'head' in entry);
    const unsendable = entries.filter((entry): entry is Unsendable => 'reason' in entry);
    // Elasticsearch may take longer for an answer than Temporal waits for a heartbeat.
    const alive = setInterval(beat, HEARTBEAT_MS);
    const bring = target.sink === 'external' ? awaitOthers : sendToIndices;
    const outcome = await bring(dependencies, items).finally(() => {
      clearInterval(alive);
    });
    const refused = outcome.dead.map(({ item: { record, id }, reason }) => ({ record, id, reason }));
    seen.records += entries.length;
    seen.refused += refused.length;
    assertNoFlood(target, seen, refused);
    const dead: RefusedRecord[] = [...unsendable, ...refused];
    if (dead.length > 0) await publishDeadLetters(kafka, target, dead);
    return written(entries, outcome, dead.length);
  };
}

/** What another writer brings; what is of a dropped month nobody does. */
async function awaitOthers(dependencies: WriteDependencies, items: readonly BulkItem[]): Promise<BulkOutcome> {
  return await awaitDocuments(requestOf(dependencies, await dependencies.router.admit(items)));
}

/** Sends each item to the index of its month, as long as there is one: what is dropped meanwhile is neither done nor dead. */
async function sendToIndices(dependencies: WriteDependencies, items: readonly BulkItem[]): Promise<BulkOutcome> {
  const { router, target } = dependencies;
  let sum: BulkOutcome = { done: 0, stale: 0, dead: [], missing: [] };
  let waiting = items;
  for (let tries = 0; tries < MAX_REOPENINGS; tries++) {
    const admitted = await router.admit(waiting);
    const { missing, ...outcome } = await sendBulk(requestOf(dependencies, admitted));
    sum = mergeOutcomes(sum, { ...outcome, missing: [] });
    if (missing.length === 0) return sum;
    router.close(missing);
    waiting = missing;
  }
  throw pipelineFailure(
    'ServiceUnavailable',
    `The indices of ${target.alias} are gone as often as they are opened: ${waiting.length} documents wait to be sent again.`,
  );
}

function requestOf(
  { elasticsearch, context, signal, target: { alias } }: WriteDependencies,
  items: readonly BulkItem[],
): SendBulkRequest {
  const pause = (milliseconds: number): Promise<void> => context.sleep(Math.ceil(milliseconds));
  return { elasticsearch, alias, items, signal, pause };
}

function written(
  entries: readonly BulkEntry[],
  { done, stale }: { readonly done: number; readonly stale: number },
  deadLetters: number,
): Written {
  const last = entries[entries.length - 1]?.record;
  if (last === undefined) throw new RangeError('expected at least one record');
  const bytes = entries.reduce((sum, { record }) => sum + (record.value?.length ?? 0), 0);
  const expired = entries.length - done - stale - deadLetters;
  return {
    next: String(BigInt(last.offset) + 1n),
    last: recordFingerprint(last),
    counts: {
      read: entries.length,
      indexed: done + stale,
      stale,
      deadLetters,
      expired,
      bytes,
    },
  };
}

function assertNoFlood(
  { topic, alias, maxDeadLetterRatio }: WriteDependencies['target'],
  { records, refused }: { readonly records: number; readonly refused: number },
  latest: readonly RefusedRecord[],
): void {
  if (maxDeadLetterRatio === null || maxDeadLetterRatio === undefined || refused < MIN_FLOOD) return;
  if (refused <= records * maxDeadLetterRatio) return;
  throw pipelineFailure(
    'DeadLetterFlood',
    `${alias} refused ${refused} of ${records} records of ${topic} (${latest[0]?.reason ?? ''}), expected at most ` +
      `${Number((maxDeadLetterRatio * 100).toPrecision(3))} %. None of the last of them is dead-lettered yet: mend the mapping or the producer ` +
      'and resume; resuming without a change takes them as dead letters.',
  );
}
