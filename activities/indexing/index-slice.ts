import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { IncomingRecord, KafkaGateway } from '../kafka';
import { toBulkItem, type BulkItem, type Unsendable } from './bulk-item';
import { publishDeadLetters } from './publish-dead-letters';
import { sendBulk } from './send-bulk';

/** A bulk request is sent when it has reached one of these. */
const MAX_BULK_BYTES = 1_000_000;
const MAX_BULK_ITEMS = 5_000;

export interface IndexSliceInput {
  readonly topic: string;
  readonly partition: number;
  /** Decimal offset of the first record wanted. */
  readonly from: string;
  /** Decimal offset of the first record not wanted; null: up to what the partition holds now. */
  readonly until: string | null;
  /** The slice ends after about as many offsets. */
  readonly maxRecords: number;
  readonly alias: string;
  /** Null for the dead-letter topic itself: a refused dead letter is never dead-lettered again. */
  readonly deadLetterTopic: string | null;
}

const countsSchema = z.object({
  /** Records passed, whatever became of them. */
  read: z.number(),
  /** Documents that now stand in the index, whether by this attempt or an earlier one. */
  indexed: z.number(),
  /** Of those, documents with a newer version already there. */
  stale: z.number(),
  deadLetters: z.number(),
  bytes: z.number(),
});
export type IndexCounts = Readonly<z.infer<typeof countsSchema>>;

const heartbeatSchema = z.object({ next: z.string().regex(/^\d+$/), counts: countsSchema });
type Position = z.infer<typeof heartbeatSchema>;

export interface IndexSliceResult {
  /** Decimal offset from which to go on. */
  readonly next: string;
  /** Decimal end of the partition when the slice began. */
  readonly end: string;
  readonly counts: IndexCounts;
}

export interface IndexingDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** Fault injection: called between an acknowledged bulk request and its heartbeat. */
  readonly crash: (point: string) => void;
}

/**
 * Indexes one slice of one partition: reads, sends one bulk request at a time, dead-letters what no index can take,
 * and heartbeats the offset up to which all of it is done.
 *
 * A repeated attempt goes on at the last heartbeat; what it does twice changes nothing, since ids are the records' own.
 *
 * @throws OffsetOutOfRange when the log no longer holds `from`
 * @throws ServiceUnavailable when Kafka or Elasticsearch does not answer
 * @throws IndexMisconfigured when Elasticsearch refuses for a reason that no document can mend
 */
export async function indexSlice(
  { kafka, elasticsearch, crash }: IndexingDependencies,
  input: IndexSliceInput,
): Promise<IndexSliceResult> {
  const context = Context.current();
  const position = resumePosition(context.info.heartbeatDetails, input.from);
  const { end: ends } = await kafka.offsets(input.topic);
  const end = ends[input.partition] ?? '0';
  const to = sliceEnd(input, end);

  const flush = async (batch: readonly (BulkItem | Unsendable)[]): Promise<void> => {
    const items = batch.filter((entry): entry is BulkItem => 'body' in entry);
    const unsendable = batch.filter((entry): entry is Unsendable => 'reason' in entry);
    const signal = context.cancellationSignal;
    const pause = (milliseconds: number): Promise<void> => context.sleep(milliseconds);
    const outcome =
      items.length === 0
        ? { done: 0, stale: 0, dead: [] }
        : await sendBulk({ elasticsearch, alias: input.alias, items, signal, pause });
    crash('indexer');
    const dead = [...unsendable, ...outcome.dead.map(({ item, reason }) => ({ ...item, reason }))];
    if (dead.length > 0) await publishDeadLetters(kafka, input, dead);
    const last = batch[batch.length - 1];
    if (last !== undefined) position.next = String(BigInt(last.record.offset) + 1n);
    position.counts = {
      read: position.counts.read + batch.length,
      indexed: position.counts.indexed + outcome.done + outcome.stale,
      stale: position.counts.stale + outcome.stale,
      deadLetters: position.counts.deadLetters + dead.length,
      bytes: position.counts.bytes + batch.reduce((sum, { record }) => sum + (record.value?.length ?? 0), 0),
    };
    context.heartbeat(position);
  };

  const { topic, partition } = input;
  await kafka.readRange(
    { topic, partition, from: position.next, to, signal: context.cancellationSignal },
    async (records) => {
      for (const batch of inBulks(records)) await flush(batch);
    },
  );
  return { next: BigInt(to) > BigInt(position.next) ? to : position.next, end, counts: position.counts };
}

function resumePosition(details: unknown, from: string): Position {
  const resumed = heartbeatSchema.safeParse(details);
  if (resumed.success && BigInt(resumed.data.next) >= BigInt(from)) return resumed.data;
  return { next: from, counts: { read: 0, indexed: 0, stale: 0, deadLetters: 0, bytes: 0 } };
}

function sliceEnd({ from, until, maxRecords }: IndexSliceInput, end: string): string {
  const wanted = until === null || BigInt(until) > BigInt(end) ? BigInt(end) : BigInt(until);
  const limit = BigInt(from) + BigInt(maxRecords);
  return String(wanted < limit ? wanted : limit);
}

function* inBulks(records: readonly IncomingRecord[]): Generator<(BulkItem | Unsendable)[]> {
  let bulk: (BulkItem | Unsendable)[] = [];
  let bytes = 0;
  for (const record of records) {
    const entry = toBulkItem(record, Date.now());
    bulk.push(entry);
    bytes += 'body' in entry ? entry.body.length : 0;
    if (bytes >= MAX_BULK_BYTES || bulk.length >= MAX_BULK_ITEMS) {
      yield bulk;
      bulk = [];
      bytes = 0;
    }
  }
  if (bulk.length > 0) yield bulk;
}
