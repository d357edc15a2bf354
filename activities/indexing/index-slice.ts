import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { pipelineOf } from '../contracts/pipeline-names';
import { isSameRecord, recordFingerprint, type RecordFingerprint } from '../contracts/record-fingerprint';
import { pipelineFailure } from '../contracts/failures';
import { lastHeartbeat } from '../heartbeat';
import type { IncomingRecord, KafkaGateway, PartitionBounds } from '../kafka';
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
const NO_COUNTS: IndexCounts = { read: 0, indexed: 0, stale: 0, deadLetters: 0, expired: 0, bytes: 0 };

export interface IndexingDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
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
  { kafka, elasticsearch, crash }: IndexingDependencies,
  input: IndexSliceInput,
): Promise<IndexSliceResult> {
  const context = Context.current();
  const { topic, partition } = input;
  const position = startingPosition(input);
  const { start: starts, end: ends } = await kafka.offsets(topic);
  const bounds = { start: starts[partition] ?? '0', end: ends[partition] ?? '0' };
  const { end } = bounds;
  const to = sliceEnd(input, end);
  const verifier = new CheckpointVerifier(position, bounds, input);
  crash('index-before-read');

  const work = { input, position, verifier, bounds, to };
  if (BigInt(position.next) < BigInt(to)) await indexRange({ kafka, elasticsearch, crash }, context, work);
  crash('index-before-result');
  const next = BigInt(to) > BigInt(position.next) ? to : position.next;
  // Not awaited: nothing depends on it.
  const { mirrorGroup = null } = input;
  if (mirrorGroup !== null) void kafka.mirrorOffsets(mirrorGroup, topic, { [partition]: next });
  return { next, end, ends, last: position.last, counts: position.counts };
}

function startingPosition({ from, after }: IndexSliceInput): Position {
  const resumed = lastHeartbeat(positionSchema);
  if (resumed !== null && BigInt(resumed.next) >= BigInt(from)) return resumed;
  return { next: from, last: after ?? null, counts: { ...NO_COUNTS } };
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

interface SliceWork {
  readonly input: IndexSliceInput;
  /** Advances as requests are done. */
  readonly position: Position;
  readonly verifier: CheckpointVerifier;
  readonly bounds: PartitionBounds;
  readonly to: string;
}

async function indexRange(
  { kafka, elasticsearch, crash }: IndexingDependencies,
  context: Context,
  { input, position, verifier, bounds, to }: SliceWork,
): Promise<void> {
  const { topic, partition, alias } = input;
  const pipeline = pipelineOf(topic);
  const router = await MonthRouter.create(elasticsearch, pipeline, alias);
  const signal = requestSignal(context);
  const heartbeat = (): void => {
    context.heartbeat(position);
  };
  const write = writeEntries({ kafka, elasticsearch, router, context, signal, heartbeat, target: input });
  const writer = new BulkWriter<WriteResult>(
    async (entries) => {
      const result = await write(entries);
      crash('index-after-bulk');
      return result;
    },
    ({ next, last, counts }) => {
      position.next = next;
      position.last = last;
      addCounts(position.counts, counts);
      heartbeat();
      crash('index-after-heartbeat');
    },
  );
  const from = verifier.readFrom(position.next);
  const range = { topic, partition, from, to, bounds, signal: context.cancellationSignal };
  try {
    await kafka.readRange(range, async (records) => {
      const indexing = { pipeline, indexedAt: Date.now() };
      for (const record of verifier.skipVerified(records)) {
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

/** Verifies that the log is the one in which the checkpoint was taken, by reading the last record once more. */
class CheckpointVerifier {
  #expected: RecordFingerprint | null;

  /** @throws OffsetOutOfRange when the log ends before the checkpoint, even if there is nothing to read */
  constructor(
    { next, last }: Position,
    { start, end }: PartitionBounds,
    private readonly source: Pick<IndexSliceInput, 'topic' | 'partition'>,
  ) {
    if (BigInt(next) > BigInt(end)) {
      throw pipelineFailure(
        'OffsetOutOfRange',
        `Topic ${source.topic} partition ${source.partition} ends at offset ${end}, expected it to reach ${next}. ` +
          'The topic was recreated or has lost records: start a new run.',
      );
    }
    // A record that retention has removed cannot be verified.
    this.#expected = last !== null && BigInt(last.offset) >= BigInt(start) ? last : null;
  }

  /** Returns where to begin, so that the last record is read again. */
  readFrom(next: string): string {
    return this.#expected?.offset ?? next;
  }

  /** Verifies the last record and returns those after it. */
  skipVerified(records: readonly IncomingRecord[]): readonly IncomingRecord[] {
    const expected = this.#expected;
    const [first] = records;
    if (expected === null || first === undefined) return records;
    this.#expected = null;
    // Compaction may have removed it.
    if (first.offset !== expected.offset) return records;
    if (isSameRecord(recordFingerprint(first), expected)) return records.slice(1);
    throw pipelineFailure(
      'TopicRecreated',
      `Topic ${this.source.topic} has another record at offset ${expected.offset} of partition ${first.partition} than was ` +
        'read there. The topic was recreated: start a new run, or send skip with the offset from which to read the new topic.',
    );
  }
}

function addCounts(sum: Position['counts'], counts: IndexCounts): void {
  for (const name of Object.keys(counts) as (keyof IndexCounts)[]) sum[name] += counts[name];
}
