import type { Kafka } from 'kafkajs';
import { PartitionReader, type Take } from './partition-reader';
import type { ReadRangeRequest } from './types';

/** A reader that nobody has asked for so long is closed. */
const IDLE_MS = 30_000;

interface IdleReader {
  readonly reader: PartitionReader;
  readonly timer: NodeJS.Timeout;
}

/** Keeps the reader of each partition open between two reads, so that only the first joins a group. */
export class ReaderPool {
  readonly #idle = new Map<string, IdleReader>();
  readonly #busy = new Set<PartitionReader>();

  constructor(private readonly kafka: Kafka) {}

  /** @see PartitionReader.read */
  async read(request: ReadRangeRequest, take: Take, maxFetchBytes: number): Promise<string> {
    const { topic, partition } = request;
    const key = `${topic}/${partition}/${maxFetchBytes}`;
    const reader = this.#take(key) ?? new PartitionReader(this.kafka, topic, partition, maxFetchBytes);
    this.#busy.add(reader);
    try {
      return await reader.read(request, take);
    } finally {
      this.#busy.delete(reader);
      this.#giveBack(key, reader);
    }
  }

  async close(): Promise<void> {
    const readers = [...this.#busy, ...[...this.#idle.values()].map(({ reader }) => reader)];
    for (const { timer } of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    await Promise.all(readers.map((reader) => reader.close()));
  }

  #take(key: string): PartitionReader | undefined {
    const idle = this.#idle.get(key);
    if (idle === undefined) return undefined;
    clearTimeout(idle.timer);
    this.#idle.delete(key);
    if (idle.reader.isUsable) return idle.reader;
    void idle.reader.close();
    return undefined;
  }

  #giveBack(key: string, reader: PartitionReader): void {
    if (!reader.isUsable || this.#idle.has(key)) {
      void reader.close();
      return;
    }
    const timer = setTimeout(() => {
      this.#idle.delete(key);
      void reader.close();
    }, IDLE_MS);
    timer.unref();
    this.#idle.set(key, { reader, timer });
  }
}
