import type { PartitionOffsets } from '../contracts/offsets';

/** A record to publish. */
export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record as it was read; buffers may share memory with their neighbours, so copy what you keep. */
export interface IncomingRecord {
  readonly partition: number;
  /** Decimal offset. */
  readonly offset: string;
  /** Kafka time in epoch ms, decimal. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Of several headers with one name the first; values that are no string are left out. */
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly maxMessageBytes: number;
}

/** What one partition holds. */
export interface PartitionBounds {
  /** First offset. */
  readonly start: string;
  /** Next offset. */
  readonly end: string;
}

export interface ReadRangeRequest {
  readonly topic: string;
  readonly partition: number;
  /** First offset wanted. */
  readonly from: string;
  /** First offset not wanted. */
  readonly to: string;
  /** As `offsets` has just said; absent: it is asked. */
  readonly bounds?: PartitionBounds;
  readonly signal?: AbortSignal;
}

/** All that the pipeline asks of Kafka; the one place that knows a client library. */
export interface KafkaGateway {
  /**
   * Creates the topics that are missing and leaves the others as they are; repeating it changes nothing.
   *
   * @returns partitions of every topic named
   */
  prepareTopics(specs: readonly TopicSpec[]): Promise<Readonly<Record<string, number>>>;
  /**
   * First and next offset of every partition; `end` is the last stable offset.
   *
   * @throws SourceMissing when the topic does not exist
   */
  offsets(topic: string): Promise<{ readonly start: PartitionOffsets; readonly end: PartitionOffsets }>;
  /**
   * Per partition the offset of the first record of that Kafka time or later, or the next offset where there is none.
   *
   * @throws SourceMissing when the topic does not exist
   */
  offsetsAt(topic: string, timeMs: number): Promise<PartitionOffsets>;
  /**
   * Publishes with acks from all replicas, in order per partition, in requests under the topic's limit.
   * An unknown outcome is an error, so a repeated call may publish twice under the same ids.
   *
   * @param refused - takes each record that is larger than the topic's own limit; without it such a record is a failure
   * @throws ServiceUnavailable when Kafka did not acknowledge
   */
  publish(topic: string, records: readonly OutgoingRecord[], refused?: (record: OutgoingRecord) => void): Promise<void>;
  /**
   * Hands over every record of `[from, to)` in offset order, batch by batch, waiting for each batch to be taken.
   * Offsets may have gaps. Returns when the range is read to its end, whatever gaps stand there.
   *
   * @throws OffsetOutOfRange when `from` is below the log's start or `to` above its end
   */
  readRange(
    request: ReadRangeRequest,
    take: (records: readonly IncomingRecord[]) => Promise<void> | void,
  ): Promise<void>;
  /**
   * Copies a checkpoint into a consumer group, for tools that show lag; the first call for a group joins it.
   * Best effort: it never rejects, and nothing here reads what it wrote.
   */
  mirrorOffsets(group: string, topic: string, next: PartitionOffsets): Promise<void>;
  close(): Promise<void>;
}
