import { randomUUID } from 'node:crypto';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import { readGroupPrefix } from '../contracts/pipeline-names';
import type { ConnectionKind } from './connection-pool';
import { fixedAssigner } from './fixed-assigner';
import { toIncoming } from './incoming-record';
import { kafkaFailure, protocolErrorType } from './kafka-failure';
import type { FollowEnd, FollowRequest, LaneHandler } from './types';
import { isUnreadable } from './unreadable-records';

/** The broker answers at once when there are records; so long it holds an empty fetch, and a new position waits for it. */
const MAX_WAIT_MS = 1_000;
/** A value keeps its whole fetch response in memory. */
const PARTITION_FETCH_BYTES = 256 * 1024;
const FETCH_BYTES = 1024 * 1024;
/** A broker that has just started loads its consumer groups first. */
const LOADING = 'GROUP_LOAD_IN_PROGRESS';
/** How soon a new partition is found. */
const METADATA_MAX_AGE_MS = 60_000;
/** If records are known to be there and none comes for this long, the caller reads them in another way. */
const STALL_TIMEOUT_MS = 5_000;

export const LANE_READER: ConnectionKind<LaneReader> = {
  close: (reader) => reader.close(),
  isShared: false,
  isUsable: (reader) => reader.isUsable,
};

interface ActiveFollow {
  readonly until: PartitionOffsets | null;
  readonly handle: LaneHandler;
  readonly finish: (end: FollowEnd['why'], error?: Error) => void;
}

interface Position {
  next: bigint;
  /** The end of the partition, as far as it is known. */
  end: bigint;
  deliveredMs: number;
}

/**
 * Follows some partitions of a topic through a private consumer group with one member, and waits at the end of each.
 *
 * KafkaJS has no `assign`, forgets a `seek` when it rejoins, fetches twice when the leader of a partition moves, and resets
 * its offset silently where the log does not have it. So the positions are kept here and sought again at every join, a batch
 * fetched from another offset is ignored, and a commit of the client, which it makes only after such a reset, ends the work.
 */
export class LaneReader {
  readonly #consumer: Consumer;
  readonly #group: string;
  readonly #positions = new Map<number, Position>();
  #active: ActiveFollow | null = null;
  /** The batch that is being handled. */
  #handling: Promise<void> = Promise.resolve();
  #started: Promise<void> | null = null;
  #joins = 0;
  #isBroken = false;

  constructor(
    kafka: Kafka,
    private readonly topic: string,
    private readonly partitions: readonly number[],
  ) {
    this.#group = `${readGroupPrefix(topic)}${randomUUID()}`;
    this.#consumer = kafka.consumer({
      groupId: this.#group,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: PARTITION_FETCH_BYTES,
      maxBytes: FETCH_BYTES,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      partitionAssigners: [fixedAssigner('pinned', { [topic]: [...partitions] })],
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  get isUsable(): boolean {
    return !this.#isBroken;
  }

  /** See `KafkaGateway.follow`; one call at a time. */
  async follow({ from, until, ends, signal }: FollowRequest, handle: LaneHandler): Promise<FollowEnd> {
    const why = await this.#run({ from, until, ends, signal }, handle);
    await this.#handling;
    if (!this.#isBroken) this.#pause(this.partitions);
    const next = [...this.#positions].map(([partition, position]) => [partition, String(position.next)] as const);
    return { why, next: Object.fromEntries(next) };
  }

  async close(): Promise<void> {
    this.#isBroken = true;
    await this.#consumer.disconnect().catch(() => undefined);
  }

  async #run(
    { from, until, ends, signal }: Omit<FollowRequest, 'topic'>,
    handle: LaneHandler,
  ): Promise<FollowEnd['why']> {
    for (const partition of this.partitions) {
      const position = {
        next: BigInt(from[partition] ?? 0),
        end: BigInt(ends[partition] ?? 0),
        deliveredMs: Date.now(),
      };
      this.#positions.set(partition, position);
    }
    const open = this.partitions.filter((partition) => !this.#isReached(partition, until));
    if (open.length === 0) return 'reached';
    const ended = new Promise<FollowEnd['why']>((resolve, reject) => {
      const finish: ActiveFollow['finish'] = (why, error) => {
        this.#active = null;
        if (error === undefined) resolve(why);
        else reject(error);
      };
      this.#active = { until, handle, finish };
    });
    const abort = (): void => this.#active?.finish('aborted');
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const stallTimer = setInterval(() => {
      if (this.#isStalled()) this.#active?.finish('stalled');
    }, STALL_TIMEOUT_MS);
    if (this.#started !== null) this.#resume(open);
    this.#started ??= this.#start();
    try {
      return await ended;
    } finally {
      clearInterval(stallTimer);
      signal.removeEventListener('abort', abort);
    }
  }

  async #start(): Promise<void> {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, () => {
      this.#joins += 1;
      for (const partition of this.partitions) this.#begin(partition);
      // The leader of a partition has moved, or there is a new one: both are found by looking at the topic again.
      if (this.#joins > 1) this.#active?.finish('rejoined');
    });
    this.#consumer.on(events.CRASH, ({ payload }: ConsumerCrashEvent) => {
      this.#isBroken = true;
      if (isUnreadable(payload.error)) this.#active?.finish('unreadable');
      else if (protocolErrorType(payload.error) === LOADING) this.#active?.finish('rejoined');
      else this.#active?.finish('aborted', this.#failure(payload.error));
    });
    this.#consumer.on(events.REQUEST, ({ payload }) => {
      if (payload.apiName !== 'OffsetCommit') return;
      this.#isBroken = true;
      this.#active?.finish('reset');
    });
    // A batch of transaction markers only never reaches eachBatch; this event has its last offset.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload: { partition, batchSize, lastOffset } }) => {
      if (batchSize === 0) this.#advance(partition, BigInt(lastOffset) + 1n);
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic: this.topic, fromBeginning: true });
      await this.#consumer.run({ autoCommit: false, eachBatch: (payload) => this.#onBatch(payload) });
    } catch (error) {
      this.#isBroken = true;
      this.#active?.finish('aborted', this.#failure(error));
    }
  }

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const active = this.#active;
    if (active === null || payload.isStale()) return;
    const { batch } = payload;
    const { partition, messages, highWatermark } = batch;
    const position = this.#positions.get(partition);
    if (position === undefined) return;
    // Missing in the client's types.
    const { fetchedOffset } = batch as { fetchedOffset?: string };
    if (fetchedOffset !== undefined && BigInt(fetchedOffset) !== position.next) {
      this.#seek(partition);
      return;
    }
    const limit = BigInt(active.until?.[partition] ?? highWatermark);
    const after = BigInt(batch.lastOffset()) + 1n;
    const isWhole = after <= limit || active.until === null;
    const inRange = isWhole ? messages : messages.filter(({ offset }) => BigInt(offset) < limit);
    const records = inRange.map((message) => toIncoming(partition, message));
    position.end = BigInt(highWatermark);
    const handled = Promise.resolve(active.handle({ partition, records, end: highWatermark }));
    this.#handling = handled.then(
      () => {
        this.#advance(partition, isWhole ? after : limit);
      },
      (error: unknown) => {
        active.finish('aborted', error instanceof Error ? error : new Error(String(error)));
      },
    );
    await this.#handling;
  }

  #advance(partition: number, next: bigint): void {
    const position = this.#positions.get(partition);
    if (position === undefined) return;
    position.deliveredMs = Date.now();
    if (next > position.next) position.next = next;
    const { until } = this.#active ?? { until: null };
    if (until === null || !this.#isReached(partition, until)) return;
    this.#pause([partition]);
    if (this.partitions.every((each) => this.#isReached(each, until))) this.#active?.finish('reached');
  }

  #isReached(partition: number, until: PartitionOffsets | null): boolean {
    if (until === null) return false;
    return (this.#positions.get(partition)?.next ?? 0n) >= BigInt(until[partition] ?? 0);
  }

  #isStalled(): boolean {
    const until = this.#active?.until ?? null;
    return [...this.#positions].some(
      ([partition, { next, end, deliveredMs }]) =>
        this.#joins > 0 &&
        next < end &&
        !this.#isReached(partition, until) &&
        Date.now() - deliveredMs >= STALL_TIMEOUT_MS,
    );
  }

  #pause(partitions: readonly number[]): void {
    if (this.#joins > 0) this.#consumer.pause([{ topic: this.topic, partitions: [...partitions] }]);
  }

  #resume(open: readonly number[]): void {
    // At the first join, every position is sought.
    if (this.#joins === 0) return;
    for (const partition of open) this.#begin(partition);
    this.#consumer.resume([{ topic: this.topic, partitions: [...open] }]);
  }

  /** From now on Kafka is expected to deliver; joining may have taken long. */
  #begin(partition: number): void {
    const position = this.#positions.get(partition);
    if (position !== undefined) position.deliveredMs = Date.now();
    this.#seek(partition);
  }

  #seek(partition: number): void {
    const offset = String(this.#positions.get(partition)?.next ?? 0n);
    this.#consumer.seek({ topic: this.topic, partition, offset });
  }

  #failure(error: unknown): Error {
    const what = `Following topic ${this.topic}, partitions ${this.partitions.join(', ')}`;
    return kafkaFailure(error, what, {}, { operation: 'Read', topics: [this.topic], group: this.#group });
  }
}
