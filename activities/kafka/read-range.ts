import { pipelineFailure } from '../contracts/failures';
import type { KafkaClients } from './connection';
import type { ConnectionKind, ConnectionPool } from './connection-pool';
import { retryOn } from './kafka-failure';
import { PartitionReader } from './partition-reader';
import type { KafkaGateway, PartitionBounds, ReadRangeRequest, RecordHandler, TopicOffsets } from './types';
import { unreadableOffset } from './unreadable-records';

/** Small fetches keep memory flat: a message value keeps its whole fetch response in memory. */
const FETCH_BYTES = 256 * 1024;
/**
 * Compaction leaves batches without records. KafkaJS cannot skip such a batch if the next one does not fit completely
 * into the same response: it fetches the same offset again and again. Any usual batch fits into this.
 */
const WIDE_FETCH_BYTES = 16 * 1024 * 1024;
/** The broker returns one batch however small this is; a batch that cannot be read is then the one at the position. */
const ONE_BATCH_FETCH_BYTES = 1;
/** A broker that has just started loads its consumer groups first. */
const LOADING = ['GROUP_LOAD_IN_PROGRESS'];

/** A reader stays open between reads, so that only the first one joins a consumer group. */
export const READER: ConnectionKind<PartitionReader> = {
  close: (reader) => reader.close(),
  isShared: false,
  // An error of the handler does not break the reader.
  isUsable: (reader) => reader.isUsable,
};

interface ReadDependencies extends Pick<KafkaGateway, 'offsets'> {
  readonly clients: Pick<KafkaClients, 'open'>;
  readonly readers: ConnectionPool<PartitionReader>;
}

/**
 * Reads a range to its end; only a batch that ends or lies at that offset or beyond proves that it is reached.
 *
 * If a response has a batch that cannot be read, the client loses all of it; so the range is read batch by batch then, up
 * to that batch, or to the end if it lies behind it.
 *
 * If the read stalls before, the bounds of the log are checked again, and the read continues with fetches larger than
 * any batch. If it stalls again without progress, it fails and is retried: the missing records may still come, for
 * example after an open transaction.
 */
export async function readRange(
  { clients, readers, offsets }: ReadDependencies,
  request: ReadRangeRequest,
  handle: RecordHandler,
): Promise<void> {
  const { topic, partition, to } = request;
  let { from, bounds } = request;
  for (let maxFetchBytes = FETCH_BYTES; BigInt(from) < BigInt(to); maxFetchBytes = WIDE_FETCH_BYTES) {
    const rest = { ...request, from };
    assertInLog(rest, bounds ?? boundsOf(await offsets(topic), partition));
    const read = (range: ReadRangeRequest, fetchBytes: number): Promise<string> => {
      const open = () =>
        Promise.resolve().then(() => new PartitionReader(clients.open(), topic, partition, fetchBytes));
      return readers.use(`${topic}/${partition}/${fetchBytes}`, open, (reader) => reader.read(range, handle));
    };
    const next = await retryOn(LOADING, () => read(rest, maxFetchBytes)).catch((error: unknown) => {
      const offset = unreadableOffset(error);
      if (offset === null) throw error;
      return read({ ...rest, from: offset }, ONE_BATCH_FETCH_BYTES);
    });
    if (next === from && maxFetchBytes === WIDE_FETCH_BYTES) throw stalled(rest);
    from = next;
    bounds = undefined;
  }
}

/** Returns the bounds of one partition; both are 0 if the topic does not have it. */
export function boundsOf({ start, end }: TopicOffsets, partition: number): PartitionBounds {
  return { start: start[partition] ?? '0', end: end[partition] ?? '0' };
}

function assertInLog({ topic, partition, from, to }: ReadRangeRequest, { start, end }: PartitionBounds): void {
  if (BigInt(from) >= BigInt(start) && BigInt(to) <= BigInt(end)) return;
  throw pipelineFailure(
    'OffsetOutOfRange',
    `Topic ${topic} partition ${partition} has offsets [${start}, ${end}), expected [${from}, ${to}). ` +
      'Either retention removed records that were not read yet, or the topic was recreated.',
    { topic, partition, offset: from, readableFrom: start },
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
