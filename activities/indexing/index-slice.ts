import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { pipelineOf } from '../contracts/pipeline-names';
import { isSameRecord, recordFingerprint, type RecordFingerprint } from '../contracts/record-fingerprint';
import { pipelineFailure } from '../contracts/failures';
import { lastHeartbeat } from '../heartbeat';
import { boundsOf, type IncomingRecord, type KafkaGateway, type PartitionBounds } from '../kafka';
import { BulkWriter } from './bulk-writer';
import { MonthRouter } from './month-router';
import { countsSchema, type IndexCounts, type IndexSliceInput, type IndexSliceResult } from './slice';
import { writeEntries, type WriteResult } from './write-entries';

const fingerprintSchema = z.object({ offset: z.string(), timestamp: z.string(), hash: z.string() });
const positionSchema = z.object({
  next: z.string().regex(/^\d+$/),
  counts: countsSchema,
  last: fingerprintSchema.nullable().default(null),
});
type Position = z.infer<typeof positionSchema>;
const NO_COUNTS: IndexCounts = { read: 0, indexed: 0, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 };

export interface IndexingDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** See `ActivityDependencies`. */
  readonly protectKeyFile: string | null;
  /** Fault injection at `index-before-read`, `index-after-bulk`, `index-after-heartbeat`, `index-before-result`. */
  readonly crash: (point: string) => void;
}

/**
 * Indexes one slice of one partition: reads it, keeps some bulk requests in flight, dead-letters the records that no
 * index can take, and heartbeats the offset up to which everything is done.
 *
 * A retry resumes at the last heartbeat. Writing a record twice changes nothing, since its id is its own; counts are of
 * offsets passed, so they are not doubled.
 *
 * @throws OffsetOutOfRange when the log no longer has `from`, or ends before it
 * @throws TopicRecreated when the log has another record at the offset of `after`
 * @throws ServiceUnavailable when Kafka or Elasticsearch does not answer
 * @throws IndexMisconfigured when Elasticsearch rejects items for a reason other than the document
 * @throws DeadLetterFlood when the index rejects too many records; the latest of them are not published
 */
export async function indexSlice(
  dependencies: IndexingDependencies,
  input: IndexSliceInput,
): Promise<IndexSliceResult> {
  const { kafka, crash } = dependencies;
  const { topic, partition, from, after = null, mirrorGroup = null } = input;
  const position = lastHeartbeat(positionSchema) ?? { next: from, last: after, counts: { ...NO_COUNTS } };
  const offsets = await kafka.offsets(topic);
  const bounds = boundsOf(offsets, partition);
  const { end } = bounds;
  assertReaches(bounds, position, input);
  const to = sliceEnd(input, end);
  crash('index-before-read');

  const isBehind = BigInt(position.next) < BigInt(to);
  if (isBehind) await indexRange(dependencies, input, position, bounds, to);
  crash('index-before-result');
  const next = isBehind ? to : position.next;
  // Not awaited: nothing depends on it.
  if (mirrorGroup !== null) void kafka.mirrorOffsets(mirrorGroup, topic, { [partition]: next });
  return { next, end, ends: offsets.end, last: position.last, counts: position.counts };
}

/**
 * Returns where a slice ends: at its bound, the end of the log or its record budget, whichever comes first.
 *
 * @param end - decimal offset after the last record of the partition
 */
export function sliceEnd(
  { from, until, maxRecords }: Pick<IndexSliceInput, 'from' | 'until' | 'maxRecords'>,
  end: string,
): string {
  const bound = until === null || BigInt(until) > BigInt(end) ? BigInt(end) : BigInt(until);
  const limit = BigInt(from) + BigInt(maxRecords);
  return String(bound < limit ? bound : limit);
}

/** @param position - advances as requests are done */
async function indexRange(
  { crash, ...clients }: IndexingDependencies,
  input: IndexSliceInput,
  position: Position,
  bounds: PartitionBounds,
  to: string,
): Promise<void> {
  const context = Context.current();
  const { topic, partition, alias } = input;
  const { last } = position;
  const pipeline = pipelineOf(topic);
  const router = await MonthRouter.create(clients.elasticsearch, pipeline, alias);
  const heartbeat = (): void => {
    context.heartbeat(position);
  };
  const { sleep: pause, cancellationSignal } = context;
  const signal = requestSignal(context);
  const write = writeEntries({ ...clients, router, pause, signal, heartbeat, target: input });
  const writer = new BulkWriter<WriteResult>(
    async (entries) => {
      const result = await write(entries);
      crash('index-after-bulk');
      return result;
    },
    (result) => {
      position.next = result.next;
      position.last = result.last;
      addCounts(position.counts, result.counts);
      heartbeat();
      crash('index-after-heartbeat');
    },
  );
  // A record that retention has removed cannot be verified.
  let unverified = last !== null && BigInt(last.offset) >= BigInt(bounds.start) ? last : null;
  const from = unverified?.offset ?? position.next;
  try {
    const range = { topic, partition, from, to, bounds, signal: cancellationSignal };
    await clients.kafka.readRange(range, async (records) => {
      const indexing = { pipeline, indexedAt: Date.now() };
      const rest = unverified === null ? records : skipVerified(records, unverified, topic, bounds);
      unverified = null;
      for (const record of rest) {
        const full = writer.add(router.route(record, indexing));
        if (full !== null) await full;
      }
    });
    await writer.flush();
  } finally {
    await writer.settle();
  }
}

/** Aborts requests on cancellation, but lets those in flight finish when the worker shuts down. */
function requestSignal(context: Context): AbortSignal {
  const { cancellationSignal } = context;
  const abort = new AbortController();
  const onCancel = (): void => {
    if (context.cancellationDetails?.workerShutdown !== true) abort.abort(cancellationSignal.reason);
  };
  if (cancellationSignal.aborted) onCancel();
  else cancellationSignal.addEventListener('abort', onCancel, { once: true });
  return abort.signal;
}

function assertReaches(
  { start, end }: PartitionBounds,
  { next }: Position,
  { topic, partition }: IndexSliceInput,
): void {
  if (BigInt(next) <= BigInt(end)) return;
  throw pipelineFailure(
    'OffsetOutOfRange',
    `Topic ${topic} partition ${partition} ends at offset ${end}, expected it to reach ${next}. ` +
      'The topic was recreated or has lost records: start a new run, or send skip with the offset from which to read it.',
    { topic, partition, offset: next, readableFrom: start },
  );
}

/** Verifies by the last record, read once more, that the log is that of the checkpoint. @returns the records after it */
function skipVerified(
  records: readonly IncomingRecord[],
  last: RecordFingerprint,
  topic: string,
  { start }: PartitionBounds,
): readonly IncomingRecord[] {
  const [first] = records;
  // Compaction may have removed it.
  if (first?.offset !== last.offset) return records;
  if (isSameRecord(recordFingerprint(first), last)) return records.slice(1);
  throw pipelineFailure(
    'TopicRecreated',
    `Topic ${topic} has another record at offset ${last.offset} of partition ${first.partition} than was read there. ` +
      'The topic was recreated: start a new run, or send skip with the offset from which to read the new topic.',
    { topic, partition: first.partition, offset: last.offset, readableFrom: start },
  );
}

function addCounts(sum: Position['counts'], counts: IndexCounts): void {
  for (const name of Object.keys(counts) as (keyof IndexCounts)[]) sum[name] += counts[name];
}
