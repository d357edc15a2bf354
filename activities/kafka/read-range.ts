import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { pipelineFailure } from '../contracts/failures';
import type { ConnectionKind, ConnectionPool } from './connection-pool';
import { protocolErrorType } from './kafka-failure';
import { PartitionReader } from './partition-reader';
import type { KafkaGateway, PartitionBounds, ReadRangeRequest, RecordHandler } from './types';

/** Small fetches keep memory flat: a message value keeps its whole fetch response in memory. */
const FETCH_BYTES = 256 * 1024;
/**
 * Compaction leaves batches without records. KafkaJS cannot skip such a batch if the next one does not fit completely
 * into the same response: it fetches the same offset again and again. Any usual batch fits into this.
 */
const WIDE_FETCH_BYTES = 16 * 1024 * 1024;
const LOADING_TIMEOUT_MS = 20_000;
const LOADING_POLL_MS = 200;

/** A reader stays open between reads, so that only the first one joins a consumer group. */
export const READER: ConnectionKind<PartitionReader> = {
  close: (reader) => reader.close(),
  isShared: false,
  // An error of the handler does not break the reader.
  isUsable: (reader) => reader.isUsable,
};

interface ReadDependencies extends Pick<KafkaGateway, 'offsets'> {
  readonly kafka: Kafka;
  readonly readers: ConnectionPool<PartitionReader>;
}

/**
 * Reads a range to its end; only a batch that ends or lies at that offset or beyond proves that it is reached.
 *
 * If the read stalls before, the bounds of the log are checked again, and the read continues with fetches larger than
 * any batch. If it stalls again without progress, it fails and is retried: the missing records may still come, for
 * example after an open transaction.
 */
export async function readRange(
  { kafka, readers, offsets }: ReadDependencies,
  request: ReadRangeRequest,
  handle: RecordHandler,
): Promise<void> {
  const { topic, partition, to } = request;
  let { from, bounds } = request;
  for (let maxFetchBytes = FETCH_BYTES; BigInt(from) < BigInt(to); maxFetchBytes = WIDE_FETCH_BYTES) {
    const rest = { ...request, from };
    assertInLog(rest, bounds ?? (await boundsOf(offsets, request)));
    const open = () => Promise.resolve(new PartitionReader(kafka, topic, partition, maxFetchBytes));
    const next = await retryWhileLoading(() =>
      readers.use(`${topic}/${partition}/${maxFetchBytes}`, open, (reader) => reader.read(rest, handle)),
    );
    if (next === from && maxFetchBytes === WIDE_FETCH_BYTES) throw stalled(rest);
    from = next;
    bounds = undefined;
  }
}

/** A broker that has just started loads its consumer groups first, and KafkaJS does not retry that error. */
async function retryWhileLoading<T>(read: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + LOADING_TIMEOUT_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const isLoading = error instanceof Error && protocolErrorType(error.cause) === 'GROUP_LOAD_IN_PROGRESS';
      if (!isLoading || Date.now() > deadlineMs) throw error;
    }
    await sleep(LOADING_POLL_MS);
  }
}

async function boundsOf(
  offsets: KafkaGateway['offsets'],
  { topic, partition }: ReadRangeRequest,
): Promise<PartitionBounds> {
  const { start, end } = await offsets(topic);
  return { start: start[partition] ?? '0', end: end[partition] ?? '0' };
}

function assertInLog({ topic, partition, from, to }: ReadRangeRequest, { start, end }: PartitionBounds): void {
  if (BigInt(from) >= BigInt(start) && BigInt(to) <= BigInt(end)) return;
  throw pipelineFailure(
    'OffsetOutOfRange',
    `Topic ${topic} partition ${partition} has offsets [${start}, ${end}), expected [${from}, ${to}). ` +
      'Either retention removed records that were not read yet, or the topic was recreated.',
    { topic, partition, offset: from },
  );
}

function stalled({ topic, partition, from, to }: ReadRangeRequest): Error {
  return pipelineFailure(
    'ServiceUnavailable',
    `Topic ${topic} partition ${partition} has offsets [${from}, ${to}), but Kafka returns none of them: ` +
      'its broker is too busy, or a transaction is open there. They are fetched again.',
    { topic, partition, offset: from },
  );
}
