import type { PartitionOffsets } from '../contracts/offsets';

/** A record to publish. */
export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer;
  readonly headers: Readonly<Record<string, string | Buffer>>;
}

/** A record as read; buffers share memory with other records of the fetch, so copy what you keep. */
export interface IncomingRecord {
  readonly partition: number;
  /** Decimal offset. */
  readonly offset: string;
  /** Kafka timestamp in epoch ms, decimal. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The first of several headers with the same name; one without a value counts as if it were not there. */
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly maxMessageBytes: number;
  /** If the topic exists already, it must keep records at least this long; default: any time. */
  readonly minRetentionMs?: number;
}

/** The first and the next offset of every partition. */
export interface TopicOffsets {
  readonly start: PartitionOffsets;
  readonly end: PartitionOffsets;
}

/** The first and the next offset of a partition. */
export interface PartitionBounds {
  readonly start: string;
  readonly end: string;
}

export interface ReadRangeRequest {
  readonly topic: string;
  readonly partition: number;
  /** Decimal offsets, half-open. */
  readonly from: string;
  readonly to: string;
  /** If `offsets` has just returned them; otherwise they are requested. */
  readonly bounds?: PartitionBounds;
  readonly signal?: AbortSignal;
}

export interface FollowRequest {
  readonly topic: string;
  /** Decimal offset of the next record of each partition that is followed. */
  readonly from: PartitionOffsets;
  /** Where each partition ends; null: none does. */
  readonly until: PartitionOffsets | null;
  /** The ends of the partitions, if `offsets` has just returned them: records before them are expected at once. */
  readonly ends: PartitionOffsets;
  readonly signal: AbortSignal;
}

/** Records of one partition, in offset order, as they were fetched. */
export interface FetchedRecords {
  readonly partition: number;
  readonly records: readonly IncomingRecord[];
  /** The decimal end of the partition when they were fetched. */
  readonly end: string;
}

export type LaneHandler = (fetched: FetchedRecords) => Promise<void> | void;

export interface FollowEnd {
  /**
   * - `aborted`: by the signal
   * - `reached`: every partition is at its end
   * - `rejoined`: the leader of a partition may have moved, the topic has a new partition, or a broker has just started
   * - `reset`: the log does not have the position of some partition
   * - `stalled`: the records of some partition are not delivered, though its end is known to lie behind them
   * - `unreadable`: a batch of some partition cannot be decompressed
   */
  readonly why: 'aborted' | 'reached' | 'rejoined' | 'reset' | 'stalled' | 'unreadable';
  /** Decimal offset of each partition before which all records were passed. */
  readonly next: PartitionOffsets;
}

export type RecordHandler = (records: readonly IncomingRecord[]) => Promise<void> | void;
export type OnTooLarge = (record: OutgoingRecord) => void;

/** Everything that the pipeline does with Kafka. */
export interface KafkaGateway {
  /**
   * Creates missing topics, and waits until every topic named has leaders; idempotent.
   *
   * @throws TopicMisconfigured when topics that exist already would lose or refuse records; then none is created
   */
  prepareTopics(specs: readonly TopicSpec[]): Promise<void>;
  /**
   * Returns the first and the next offset of every partition; `end` is the last stable offset.
   *
   * @throws SourceMissing when the topic does not exist
   */
  offsets(topic: string): Promise<TopicOffsets>;
  /**
   * Returns per partition the offset of the first record with this Kafka timestamp or a later one, else the next offset.
   *
   * @throws SourceMissing when the topic does not exist
   */
  offsetsAt(topic: string, timeMs: number): Promise<PartitionOffsets>;
  /**
   * Returns after how long a topic deletes its records, in ms; null if it keeps them.
   *
   * @throws ServiceUnavailable when Kafka does not respond
   */
  retentionMs(topic: string): Promise<number | null>;
  /**
   * Publishes with acks from all replicas, in order per partition, in requests under the topic's limit.
   * An unknown result is an error, so a repeated call may publish records twice, with the same ids.
   *
   * @param onTooLarge - gets each record that exceeds the topic's own limit; without it such a record fails the call
   * @throws ServiceUnavailable when Kafka did not acknowledge
   */
  publish(topic: string, records: readonly OutgoingRecord[], onTooLarge?: OnTooLarge): Promise<void>;
  /**
   * Passes every record of `[from, to)` to `handle` in offset order, batch by batch, and waits for it after each batch.
   * Offsets may have gaps, also at the end of the range.
   *
   * @throws OffsetOutOfRange when `from` is below the start of the log or `to` above its end
   * @throws RecordsUnreadable naming the first offset of a batch that cannot be decompressed; all before it were passed
   */
  readRange(request: ReadRangeRequest, handle: RecordHandler): Promise<void>;
  /**
   * Passes the records of some partitions to `handle` as they come, and waits at the end of each log; one batch at a time,
   * those of one partition in offset order. After it has returned, nothing more is passed.
   *
   * @throws the error of `handle`
   * @throws ServiceUnavailable when Kafka does not respond
   */
  follow(request: FollowRequest, handle: LaneHandler): Promise<FollowEnd>;
  /**
   * Copies a checkpoint into a consumer group, for tools that show lag; the first call for a group joins it.
   * Best effort: it never rejects, and the pipeline never reads it.
   */
  mirrorOffsets(group: string, topic: string, next: PartitionOffsets): Promise<void>;
  close(): Promise<void>;
}
