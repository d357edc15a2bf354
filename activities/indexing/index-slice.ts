import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { pipelineOf } from '../contracts/pipeline-names';
import { isSameRecord, recordFingerprint, type RecordFingerprint } from '../contracts/record-fingerprint';
import { pipelineFailure } from '../contracts/failures';
import type { IncomingRecord, KafkaGateway, PartitionBounds } from '../kafka';
import { BulkWriter } from './bulk-writer';
import { MonthRouter } from './month-router';
import { countsSchema, type IndexCounts, type IndexSliceInput, type IndexSliceResult } from './slice';
import { sliceEnd } from './slice-end';
import { writeEntries, type Written } from './write-entries';

const fingerprintSchema = z.object({ offset: z.string(), timestamp: z.string(), hash: z.string() });
const positionSchema = z.object({
  next: z.string().regex(/^\d+$/),
  counts: countsSchema,
  last: fingerprintSchema.nullable().default(null),
});
type Position = z.infer<typeof positionSchema>;
const NO_COUNTS: IndexCounts = { read: 0, indexed: 0, stale: 0, deadLetters: 0, expired: 0, bytes: 0 };

export interface IndexingDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** Fault injection at `index-before-read`, `index-after-bulk`, `index-after-heartbeat`, `index-before-result`. */
  readonly crash: (point: string) => void;
}

/**
 * Indexes one slice of one partition: reads, keeps some bulk requests in flight, dead-letters what no index can take,
 * and heartbeats the offset up to which all of it is done.
 *
 * A repeated attempt goes on at the last heartbeat; what it does twice changes nothing, since ids are the records' own.
 * Counts are of offsets passed, so they are not doubled by it.
 *
 * @throws OffsetOutOfRange when the log no longer holds `from`, or ends before it
 * @throws TopicRecreated when another record stands where `after` was read
 * @throws ServiceUnavailable when Kafka or Elasticsearch does not answer
 * @throws IndexMisconfigured when Elasticsearch refuses for a reason that no document can mend
 * @throws DeadLetterFlood when the index refuses too many; none of those is published then
 */
export async function indexSlice(
  { kafka, elasticsearch, crash }: IndexingDependencies,
  input: IndexSliceInput,
): Promise<IndexSliceResult> {
  const context = Context.current();
  const { topic, partition } = input;
  const position = resumePosition(context.info.heartbeatDetails, input);
  const { start: starts, end: ends } = await kafka.offsets(topic);
  const bounds = { start: starts[partition] ?? '0', end: ends[partition] ?? '0' };
  const { end } = bounds;
  const to = sliceEnd(input, end);
  const seen = new LogContinuity(position, bounds, input);
  crash('index-before-read');

  const work = { input, position, seen, bounds, to };
  if (BigInt(position.next) < BigInt(to)) await indexRange({ kafka, elasticsearch, crash }, context, work);
  crash('index-before-result');
  const next = BigInt(to) > BigInt(position.next) ? to : position.next;
  // Not waited for: nothing depends on it.
  const { mirrorGroup = null } = input;
  if (mirrorGroup !== null) void kafka.mirrorOffsets(mirrorGroup, topic, { [partition]: next });
  return { next, end, ends, last: position.last, counts: position.counts };
}

interface SliceWork {
  readonly input: IndexSliceInput;
  /** Moves on as requests are done. */
  readonly position: Position;
  readonly seen: LogContinuity;
  readonly bounds: PartitionBounds;
  readonly to: string;
}

async function indexRange(
  { kafka, elasticsearch, crash }: IndexingDependencies,
  context: Context,
  { input, position, seen, bounds, to }: SliceWork,
): Promise<void> {
  const { topic, partition, alias } = input;
  const pipeline = pipelineOf(topic);
  const router = await MonthRouter.of(elasticsearch, pipeline, alias);
  const signal = requestSignal(context);
  const beat = (): void => {
    context.heartbeat(position);
  };
  const write = writeEntries({ kafka, elasticsearch, router, context, signal, beat, target: input });
  const writer = new BulkWriter<Written>(
    async (entries) => {
      const written = await write(entries);
      crash('index-after-bulk');
      return written;
    },
    ({ next, last, counts }) => {
      position.next = next;
      position.last = last;
      addCounts(position.counts, counts);
      beat();
      crash('index-after-heartbeat');
    },
  );
  const range = { topic, partition, from: seen.from(position.next), to, bounds, signal: context.cancellationSignal };
  try {
    await kafka.readRange(range, async (records) => {
      const indexing = { pipeline, indexedAt: Date.now() };
      for (const record of seen.unseen(records)) {
        const full = writer.add(router.entry(record, indexing));
        if (full !== null) await full;
      }
    });
    await writer.end();
  } finally {
    await writer.settle();
  }
}

/** Ends requests at once when their work is not wanted; where only the worker goes, those in flight end by themselves. */
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

/** Sees to it that the read goes on in the log in which the checkpoint was taken. */
class LogContinuity {
  #expected: RecordFingerprint | null;

  /** @throws OffsetOutOfRange when the log ends before the checkpoint: even where nothing is to be read, that is told */
  constructor(
    { next, last }: Position,
    { start, end }: PartitionBounds,
    private readonly source: Pick<IndexSliceInput, 'topic' | 'partition'>,
  ) {
    if (BigInt(next) > BigInt(end)) {
      throw pipelineFailure(
        'OffsetOutOfRange',
        `Topic ${source.topic} partition ${source.partition} ends at offset ${end}, expected it to reach ${next}. ` +
          'It was made anew or has lost records: start a new run.',
      );
    }
    // What retention has removed cannot be looked at again.
    this.#expected = last !== null && BigInt(last.offset) >= BigInt(start) ? last : null;
  }

  /** Where to begin, so that the last record comes along once more. */
  from(next: string): string {
    return this.#expected?.offset ?? next;
  }

  /** The records without the one that was seen before. */
  unseen(records: readonly IncomingRecord[]): readonly IncomingRecord[] {
    const expected = this.#expected;
    const [first] = records;
    if (expected === null || first === undefined) return records;
    this.#expected = null;
    // Compaction may have removed it.
    if (first.offset !== expected.offset) return records;
    if (isSameRecord(recordFingerprint(first), expected)) return records.slice(1);
    throw pipelineFailure(
      'TopicRecreated',
      `Topic ${this.source.topic} holds another record at offset ${expected.offset} of partition ${first.partition} than was ` +
        'read there. It was made anew: start a new run, or type skip to take it as it is from an offset on.',
    );
  }
}

function addCounts(sum: Position['counts'], counts: IndexCounts): void {
  for (const name of Object.keys(counts) as (keyof IndexCounts)[]) sum[name] += counts[name];
}

function resumePosition(details: unknown, { from, after }: IndexSliceInput): Position {
  const resumed = positionSchema.safeParse(details);
  if (resumed.success && BigInt(resumed.data.next) >= BigInt(from)) return resumed.data;
  return { next: from, last: after ?? null, counts: { ...NO_COUNTS } };
}
