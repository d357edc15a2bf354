import type { Kafka } from 'kafkajs';
import { KeptConnections } from './kept-connections';
import { PartitionReader, type Take } from './partition-reader';
import type { ReadRangeRequest } from './types';

/** Keeps the reader of each partition open between two reads, so that only the first joins a group. */
export class ReaderPool {
  readonly #readers: KeptConnections<PartitionReader>;

  constructor(
    private readonly kafka: Kafka,
    idleMs?: number,
  ) {
    // A taker's failure is not the reader's.
    const kind = {
      close: (reader: PartitionReader) => reader.close(),
      isShared: false,
      isUsable: (reader: PartitionReader) => reader.isUsable,
    };
    this.#readers = new KeptConnections(kind, idleMs);
  }

  /** @see PartitionReader.read */
  async read(request: ReadRangeRequest, take: Take, maxFetchBytes: number): Promise<string> {
    const { topic, partition } = request;
    return await this.#readers.use(
      `${topic}/${partition}/${maxFetchBytes}`,
      () => Promise.resolve(new PartitionReader(this.kafka, topic, partition, maxFetchBytes)),
      (reader) => reader.read(request, take),
    );
  }

  async close(): Promise<void> {
    await this.#readers.close();
  }
}
