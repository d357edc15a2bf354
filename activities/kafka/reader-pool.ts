import type { Kafka } from 'kafkajs';
import { ConnectionPool } from './connection-pool';
import { PartitionReader, type RecordHandler } from './partition-reader';
import type { ReadRangeRequest } from './types';

/** Keeps the reader of each partition open between reads, so that only the first one joins a consumer group. */
export class ReaderPool {
  readonly #readers: ConnectionPool<PartitionReader>;

  constructor(
    private readonly kafka: Kafka,
    idleMs?: number,
  ) {
    // An error of the handler does not break the reader.
    const kind = {
      close: (reader: PartitionReader) => reader.close(),
      isShared: false,
      isUsable: (reader: PartitionReader) => reader.isUsable,
    };
    this.#readers = new ConnectionPool(kind, idleMs);
  }

  /** @see PartitionReader.read */
  async read(request: ReadRangeRequest, handle: RecordHandler, maxFetchBytes: number): Promise<string> {
    const { topic, partition } = request;
    return await this.#readers.use(
      `${topic}/${partition}/${maxFetchBytes}`,
      () => Promise.resolve(new PartitionReader(this.kafka, topic, partition, maxFetchBytes)),
      (reader) => reader.read(request, handle),
    );
  }

  async close(): Promise<void> {
    await this.#readers.close();
  }
}
