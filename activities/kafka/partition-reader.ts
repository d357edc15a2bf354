import { randomUUID } from 'node:crypto';
import type { Batch, Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import { readGroupPrefix } from '../contracts/pipeline-names';
import { fixedAssigner } from './fixed-assigner';
import { toIncoming } from './incoming-record';
import { kafkaFailure } from './kafka-failure';
import type { ReadRangeRequest, RecordHandler } from './types';
import { unreadableRecords } from './unreadable-records';

/** The broker holds an empty fetch this long, so it bounds how late the end of a read is noticed. */
const MAX_WAIT_MS = 100;
/** If nothing arrives for this long, the read ends at its position, and the caller checks the log. */
const STALL_TIMEOUT_MS = 5_000;
/** After this time without a range nothing is fetched: an empty fetch every `MAX_WAIT_MS` costs client and broker CPU. */
const PAUSE_AFTER_MS = 1_000;
/** Between heartbeats to the group while no range is requested; well below its session timeout. */
const HEARTBEAT_MS = 1_000;

interface ActiveRead {
  readonly to: bigint;
  readonly handle: RecordHandler;
  readonly finish: (error?: Error) => void;
}

/**
 * Reads ranges of one partition, one after the other, through a private consumer group with one member.
 *
 * The group is joined once; a range that begins where the previous one ended continues in the batch already fetched, at
 * most one of which is kept meanwhile.
 *
 * KafkaJS forgets a `seek` when it rejoins, and fetches twice when the partition's leader moves; so the position is kept
 * here, sought again at every join, and a batch fetched from another offset is ignored. If the log does not have the
 * position, the client silently resets its offset; then and only then it commits into its group, which ends the read.
 *
 * Only fetched batches advance the position. Empty fetches, however many, do not prove a gap: a leader may be moving, a
 * broker throttling, a response cut off within its first batch.
 */
export class PartitionReader {
  readonly #consumer: Consumer;
  readonly #group: string;
  #position = 0n;
  #read: ActiveRead | null = null;
  #stallTimer: NodeJS.Timeout | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;
  #started: Promise<void> | null = null;
  #isJoined = false;
  #isBroken = false;
  #wake: () => void = () => undefined;

  constructor(
    kafka: Kafka,
    private readonly topic: string,
    private readonly partition: number,
    maxFetchBytes: number,
  ) {
    this.#group = `${readGroupPrefix(topic)}${randomUUID()}`;
    this.#consumer = kafka.consumer({
      groupId: this.#group,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: maxFetchBytes,
      maxBytes: maxFetchBytes,
      partitionAssigners: [fixedAssigner('pinned', { [topic]: [partition] })],
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  get isUsable(): boolean {
    return !this.#isBroken;
  }

  /**
   * Passes the records of a range to `handle`; one range at a time.
   *
   * @returns the offset before which everything is read: `to` or more; less if the read stalled or the log has no more
   */
  async read({ from, to, signal }: ReadRangeRequest, handle: RecordHandler): Promise<string> {
    signal?.throwIfAborted();
    const finished = new Promise<void>((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(this.#stallTimer);
        if (this.#read === read) this.#read = null;
        if (error === undefined) resolve();
        else reject(error);
      };
      const read = { to: BigInt(to), handle, finish };
      this.#read = read;
    });
    const abort = (): void => {
      this.#read?.finish(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (this.#started !== null && this.#position !== BigInt(from)) this.#seek(BigInt(from));
    this.#position = BigInt(from);
    this.#resume();
    this.#started ??= this.#start();
    this.#watchForStall();
    this.#wake();
    try {
      await Promise.all([finished, this.#started]);
      return String(this.#position);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#pauseTimer = setTimeout(() => {
        this.#pause();
      }, PAUSE_AFTER_MS);
    }
  }

  async close(): Promise<void> {
    this.#isBroken = true;
    clearTimeout(this.#pauseTimer);
    this.#wake();
    await this.#consumer.disconnect().catch(() => undefined);
  }

  async #start(): Promise<void> {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, () => {
      this.#seek(this.#position);
    });
    this.#consumer.on(events.CRASH, ({ payload }: ConsumerCrashEvent) => {
      const place = { topic: this.topic, partition: this.partition, offset: String(this.#position) };
      this.#stop(unreadableRecords(payload.error, place) ?? this.#failure(payload.error));
    });
    this.#consumer.on(events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'OffsetCommit') this.#stop();
    });
    // A batch of transaction markers only never reaches eachBatch; this event has its last offset.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#advance(BigInt(payload.lastOffset) + 1n);
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic: this.topic, fromBeginning: true });
      await this.#consumer.run({ autoCommit: false, eachBatch: (payload) => this.#onBatch(payload) });
      this.#isJoined = true;
      this.#watchForStall();
    } catch (error) {
      this.#stop(this.#failure(error));
    }
  }

  /** Delivers a batch range by range, and keeps the rest until the next range is requested. */
  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    if (payload.isStale()) return;
    if (!this.#isAtPosition(batch)) {
      this.#seek(this.#position);
      return;
    }
    let delivered = 0;
    while (!payload.isStale() && !this.#isBroken && this.#position <= BigInt(batch.lastOffset())) {
      if (this.#read === null) await this.#waitForRead();
      else delivered += await this.#deliver(batch, delivered, this.#read);
      await payload.heartbeat();
    }
  }

  /** Delivers the messages of a batch from number `first` on that are in the range. @returns how many */
  async #deliver(batch: Batch, first: number, read: ActiveRead): Promise<number> {
    clearTimeout(this.#stallTimer);
    const rest = batch.messages.slice(first);
    const isWhole = BigInt(batch.lastOffset()) < read.to;
    const inRange = isWhole ? rest : rest.filter(({ offset }) => BigInt(offset) < read.to);
    try {
      if (inRange.length > 0) await read.handle(inRange.map((message) => toIncoming(this.partition, message)));
    } catch (error) {
      read.finish(error instanceof Error ? error : new Error(String(error)));
      return 0;
    }
    // The read was aborted meanwhile; the next one sets its own position.
    if (this.#read !== read) return 0;
    this.#advance(inRange.length === rest.length ? BigInt(batch.lastOffset()) + 1n : read.to);
    return inRange.length;
  }

  #isAtPosition(batch: Batch): boolean {
    // Missing in the client's types.
    const { fetchedOffset } = batch as { fetchedOffset?: string };
    return fetchedOffset === undefined || BigInt(fetchedOffset) === this.#position;
  }

  /** Joining does not count as a stall: it takes long if the broker waits for more members. */
  #watchForStall(): void {
    clearTimeout(this.#stallTimer);
    if (this.#read === null || !this.#isJoined) return;
    this.#stallTimer = setTimeout(() => {
      this.#stop();
    }, STALL_TIMEOUT_MS);
  }

  async #waitForRead(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, HEARTBEAT_MS);
    });
    clearTimeout(timer);
  }

  #pause(): void {
    if (!this.#isBroken) this.#consumer.pause([{ topic: this.topic }]);
  }

  #resume(): void {
    clearTimeout(this.#pauseTimer);
    if (this.#isJoined) this.#consumer.resume([{ topic: this.topic }]);
  }

  #seek(offset: bigint): void {
    this.#consumer.seek({ topic: this.topic, partition: this.partition, offset: String(offset) });
  }

  #advance(next: bigint): void {
    if (next > this.#position) this.#position = next;
    if (this.#read !== null && this.#position >= this.#read.to) this.#read.finish();
    this.#watchForStall();
  }

  #stop(error?: Error): void {
    this.#isBroken = true;
    this.#read?.finish(error);
    this.#wake();
  }

  #failure(error: unknown): Error {
    const what = `Reading topic ${this.topic} partition ${this.partition} at offset ${this.#position}`;
    const needed = { operation: 'Read', topics: [this.topic], group: this.#group } as const;
    return kafkaFailure(error, what, {}, needed);
  }
}
