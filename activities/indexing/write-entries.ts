import { deadLetterRecord } from '../contracts/dead-letter';
import { pipelineFailure } from '../contracts/failures';
import {
  coordinatesId,
  PROTECTED_HEADER,
  RAW_HEADER,
  REDRIVE_HEADER,
  redriveCount,
  RUN_HEADER,
  VERSION_HEADER,
  type DeadLetter,
} from '../contracts/record';
import { latencyCounts, mergedLatency, type LatencyCounts } from '../contracts/latency';
import { recordFingerprint } from '../contracts/record-fingerprint';
import type { IncomingRecord, KafkaGateway } from '../kafka';
import { protectKeyIfPresent } from '../protect-key';
import { awaitDocuments } from './await-documents';
import type { BulkItem, RejectedRecord } from './bulk-item';
import type { BulkEntry, MonthRouter } from './month-router';
import type { IndexCounts, IndexLaneInput, LanePositions } from './lane';
import { rejectionDetail } from './rejection-detail';
import { sendBulk, type BulkOutcome, type SendBulkRequest } from './send-bulk';

/** While a request is in flight or waits to be sent again. */
const HEARTBEAT_MS = 2_000;
/** A month may be dropped between the creation of its index and the write to it; more often, something else is wrong. */
const MAX_REROUTES = 5;
/** Fewer rejected records are never a flood, whatever their share. */
const MIN_FLOOD = 100;

/** The result of one bulk request whose records are all indexed, expired, absent, or acknowledged as dead letters. */
export interface WriteResult {
  /** After its last record of each partition. */
  readonly positions: LanePositions;
  readonly counts: IndexCounts;
  /** From publication on. */
  readonly latency: LatencyCounts;
}

export interface WriteDependencies extends Omit<SendBulkRequest, 'alias' | 'items'> {
  readonly kafka: KafkaGateway;
  /** See `ActivityDependencies`. */
  readonly protectKeyFile: string | null;
  /** For the alias of `target`. */
  readonly router: MonthRouter;
  /** Sends a heartbeat with the current position. */
  readonly heartbeat: () => void;
  readonly target: Pick<IndexLaneInput, 'topic' | 'alias' | 'deadLetterTopic' | 'maxDeadLetterRatio' | 'sink'>;
}

/** @returns the function with which a `BulkWriter` writes one request */
export function writeEntries(dependencies: WriteDependencies): (entries: readonly BulkEntry[]) => Promise<WriteResult> {
  const { heartbeat, target } = dependencies;
  const seen = { records: 0, rejected: 0 };

  return async (entries) => {
    const items = entries.filter((entry): entry is BulkItem => 'head' in entry);
    const invalid = entries.filter((entry): entry is RejectedRecord => 'reason' in entry);
    // Elasticsearch may take longer to answer than the heartbeat timeout.
    const timer = setInterval(heartbeat, HEARTBEAT_MS);
    const write = target.sink === 'external' ? awaitExternalSink : sendToIndices;
    const outcome = await write(dependencies, items).finally(() => {
      clearInterval(timer);
    });
    const rejected = outcome.rejected.map(({ item: { record, id }, ...refusal }) => ({ record, id, ...refusal }));
    seen.records += entries.length;
    seen.rejected += rejected.length;
    assertNoFlood(target, seen, rejected);
    const deadLetters: RejectedRecord[] = [...invalid, ...rejected];
    if (deadLetters.length > 0) await publishDeadLetters(dependencies, deadLetters);
    return toResult(entries, outcome, deadLetters.length);
  };
}

/** Waits for the documents of another writer, without those of dropped months. */
async function awaitExternalSink(dependencies: WriteDependencies, items: readonly BulkItem[]): Promise<BulkOutcome> {
  const { router, target } = dependencies;
  return await awaitDocuments({ ...dependencies, alias: target.alias, items: await router.ensureIndices(items) });
}

/** Sends each item to the index of its month; items of months dropped meanwhile are not part of the outcome. */
async function sendToIndices(dependencies: WriteDependencies, items: readonly BulkItem[]): Promise<BulkOutcome> {
  const { router, target } = dependencies;
  const outcome: BulkOutcome = { done: 0, stale: 0, rejected: [], missing: [] };
  let waiting = items;
  for (let tries = 0; tries < MAX_REROUTES; tries++) {
    const routed = await router.ensureIndices(waiting);
    await sendBulk({ ...dependencies, alias: target.alias, items: routed }, outcome);
    waiting = outcome.missing.splice(0);
    if (waiting.length === 0) return outcome;
    router.invalidate(waiting);
  }
  throw pipelineFailure(
    'ServiceUnavailable',
    `An index of ${target.alias} was deleted again after each attempt: ${waiting.length} documents wait to be sent again.`,
  );
}

function toResult(entries: readonly BulkEntry[], { done, stale }: BulkOutcome, deadLetters: number): WriteResult {
  const last = new Map(entries.map(({ record }) => [record.partition, record]));
  const positions = [...last].map(([partition, record]) => {
    const position = { next: String(BigInt(record.offset) + 1n), last: recordFingerprint(record) };
    return [partition, position] as const;
  });
  const bytes = entries.reduce((sum, { record }) => sum + (record.value?.length ?? 0), 0);
  const absent = entries.filter((entry) => 'absent' in entry).length;
  const expired = entries.length - done - stale - deadLetters - absent;
  return {
    positions: Object.fromEntries(positions),
    latency: latencyOf(entries),
    counts: { read: entries.length, indexed: done + stale, stale, deadLetters, expired, absent, bytes },
  };
}

function latencyOf(entries: readonly BulkEntry[]): LatencyCounts {
  let counts: LatencyCounts = {};
  const byMs = new Map<number, number>();
  for (const entry of entries) {
    const ms = 'latencyMs' in entry ? entry.latencyMs : null;
    if (ms !== null) byMs.set(ms, (byMs.get(ms) ?? 0) + 1);
  }
  for (const [ms, records] of byMs) counts = mergedLatency(counts, latencyCounts(ms, records));
  return counts;
}

function assertNoFlood(
  { topic, alias, maxDeadLetterRatio }: WriteDependencies['target'],
  { records, rejected }: { readonly records: number; readonly rejected: number },
  latest: readonly RejectedRecord[],
): void {
  if (maxDeadLetterRatio === null || maxDeadLetterRatio === undefined || rejected < MIN_FLOOD) return;
  if (rejected <= records * maxDeadLetterRatio) return;
  throw pipelineFailure(
    'DeadLetterFlood',
    `${alias} rejected ${rejected} of ${records} records of ${topic} (${latest[0]?.reason ?? ''}), expected at most ` +
      `${Number((maxDeadLetterRatio * 100).toPrecision(3))} %. The latest of them are not dead-lettered yet: correct the mapping or the ` +
      'producer and resume; resuming without a change makes them dead letters.',
  );
}

/** Publishes records as dead letters of stage `index`, before the checkpoint passes them. */
async function publishDeadLetters(
  { kafka, protectKeyFile, target }: WriteDependencies,
  rejected: readonly RejectedRecord[],
): Promise<void> {
  const { topic, alias, deadLetterTopic } = target;
  if (deadLetterTopic === null) {
    throw pipelineFailure(
      'IndexMisconfigured',
      `${alias} rejected ${rejected.length} dead letters (${rejected[0]?.reason ?? ''}); expected it to accept every dead letter. ` +
        'Nothing is lost: indexing continues by itself once the index is corrected.',
    );
  }
  const protections = await protectionsOf(rejected, protectKeyFile);
  await kafka.publish(
    deadLetterTopic,
    rejected.map(({ record, id, reason, answered }) =>
      deadLetterRecord({
        id: id ?? coordinatesId(topic, record.partition, record.offset),
        stage: 'index',
        reason,
        ...rejectionDetail(reason, answered),
        topic,
        partition: record.partition,
        offset: record.offset,
        publishedAt: Number(record.timestamp),
        key: record.key,
        original: record.value ?? Buffer.alloc(0),
        run: record.headers[RUN_HEADER]?.toString('utf8') ?? '',
        redrive: redriveCount(record.headers[REDRIVE_HEADER]),
        protect: protections.get(fingerprintOf(record)),
        ...keptHeaders(record),
      }),
    ),
  );
}

type Protect = NonNullable<Parameters<typeof deadLetterRecord>[0]['protect']>;

/** Returns by fingerprint the keys of protected records, null for one that this worker does not have. */
async function protectionsOf(
  rejected: readonly RejectedRecord[],
  protectKeyFile: string | null,
): Promise<ReadonlyMap<string | undefined, Protect>> {
  const protections = new Map<string | undefined, Protect>();
  for (const keyFingerprint of new Set(rejected.map(({ record }) => fingerprintOf(record)))) {
    if (keyFingerprint === undefined) continue;
    protections.set(keyFingerprint, {
      keyFingerprint,
      key: await protectKeyIfPresent(protectKeyFile, keyFingerprint),
    });
  }
  return protections;
}

function fingerprintOf({ headers }: IncomingRecord): string | undefined {
  return headers[PROTECTED_HEADER]?.toString('utf8');
}

function keptHeaders({ headers }: IncomingRecord): Pick<DeadLetter, 'headers'> {
  const [raw, version] = [headers[RAW_HEADER]?.toString('latin1'), headers[VERSION_HEADER]?.toString('latin1')];
  if (raw === undefined && version === undefined) return {};
  return { headers: { ...(raw === undefined ? {} : { raw }), ...(version === undefined ? {} : { version }) } };
}
