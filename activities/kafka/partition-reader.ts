import { randomUUID } from 'node:crypto';
import type { Batch, Consumer, ConsumerCrashEvent, EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { kafkaFailure } from './kafka-failure';
import { pinnedAssigner } from './pinned-assigner';
import type { IncomingRecord, ReadRangeRequest } from './types';

/** While no record comes the client sleeps this long, so it bounds how late the end of a read is noticed. */
const MAX_WAIT_MS = 100;
/** Nothing comes for so long though the log holds more: the read ends where it stands, for the caller to look. */
const SILENCE_MS = 5_000;
/** Well below the group's session timeout, which ends a reader that is silent. */
const HOLD_MS = 1_000;

export type Take = (records: readonly IncomingRecord[]) => Promise<void> | void;

interface Reading {
  readonly to: bigint;
  readonly take: Take;
  readonly finish: (error?: Error) => void;
}

/**
 * Reads ranges of one partition, one after the other, through a private group whose only member is pinned to it.
 *
 * The group is joined once; a range that begins where the one before ended goes on in what is fetched already. At most
 * one fetch is held meanwhile.
 *
 * The client forgets a `seek` when it joins again, and fetches twice when the partition's leader moves; so the position
 * is kept here, sought again at every join, and a batch fetched from anywhere else is not looked at. Where the log does
 * not hold the position, the client resets silently; it commits into its group then, and only then, and that ends the
 * read where it stands.
 *
 * The position moves with what was fetched and with nothing else. However many fetches come back empty, that proves no
 * gap: a leader may be moving, a broker throttling, an answer cut off within its first batch of records.
 */
export class PartitionReader {
  readonly #consumer: Consumer;
  #position = 0n;
  #reading: Reading | null = null;
  #silence: NodeJS.Timeout | undefined;
  #started: Promise<void> | null = null;
  #isJoined = false;
  #broken = false;
  #wake: () => void = () => undefined;

  constructor(
    kafka: Kafka,
    private readonly topic: string,
    private readonly partition: number,
    maxFetchBytes: number,
  ) {
    this.#consumer = kafka.consumer({
      groupId: `range-${randomUUID()}`,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: maxFetchBytes,
      maxBytes: maxFetchBytes,
      partitionAssigners: [pinnedAssigner(topic, partition)],
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Whether another range can be read. */
  get isUsable(): boolean {
    return !this.#broken;
  }

  /**
   * Hands over the records of a range; one range at a time.
   *
   * @returns the offset before which nothing is left: `to` or more, or less when nothing came for a while, or when the
   *   log does not hold more
   */
  async read({ from, to, signal }: ReadRangeRequest, take: Take): Promise<string> {
    signal?.throwIfAborted();
    const finished = new Promise<void>((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(this.#silence);
        if (this.#reading === reading) this.#reading = null;
        if (error === undefined) resolve();
        else reject(error);
      };
      const reading = { to: BigInt(to), take, finish };
      this.#reading = reading;
    });
    const abort = (): void => {
      this.#reading?.finish(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (this.#started !== null && this.#position !== BigInt(from)) this.#seek(BigInt(from));
    this.#position = BigInt(from);
    this.#started ??= this.#start();
    this.#listen();
    this.#wake();
    try {
      await Promise.all([finished, this.#started]);
      return String(this.#position);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    this.#broken = true;
    this.#wake();
    await this.#consumer.disconnect().catch(() => undefined);
  }

  async #start(): Promise<void> {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, () => {
      this.#seek(this.#position);
    });
    this.#consumer.on(events.CRASH, ({ payload }: ConsumerCrashEvent) => {
      this.#break(kafkaFailure(payload.error, this.#what()));
    });
    this.#consumer.on(events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'OffsetCommit') this.#break();
    });
    // A batch of transaction markers alone never reaches eachBatch; this event tells its end.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#advance(BigInt(payload.lastOffset) + 1n);
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic: this.topic, fromBeginning: true });
      await this.#consumer.run({ autoCommit: false, eachBatch: (payload) => this.#onBatch(payload) });
      this.#isJoined = true;
      this.#listen();
    } catch (error) {
      this.#break(kafkaFailure(error, this.#what()));
    }
  }

  /** Hands a batch over piece by piece as ranges ask for it, and holds the rest while nobody does. */
  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    if (payload.isStale()) return;
    if (!this.#isAtPosition(batch)) {
      this.#seek(this.#position);
      return;
    }
    let handed = 0;
    while (!payload.isStale() && !this.#broken && this.#position <= BigInt(batch.lastOffset())) {
      if (this.#reading === null) await this.#hold();
      else handed += await this.#handOver(batch, handed, this.#reading);
      await payload.heartbeat();
    }
  }

  /** Gives a read what it wants of a batch from message number `first` on. @returns how many it took */
  async #handOver(batch: Batch, first: number, reading: Reading): Promise<number> {
    clearTimeout(this.#silence);
    const rest = batch.messages.slice(first);
    const isWhole = BigInt(batch.lastOffset()) < reading.to;
    const wanted = isWhole ? rest : rest.filter(({ offset }) => BigInt(offset) < reading.to);
    try {
      if (wanted.length > 0) await reading.take(wanted.map((message) => toIncoming(this.partition, message)));
    } catch (error) {
      reading.finish(error instanceof Error ? error : new Error(String(error)));
      return 0;
    }
    // An aborted read has gone on without this batch: where the next begins is the next's to say.
    if (this.#reading !== reading) return 0;
    this.#advance(wanted.length === rest.length ? BigInt(batch.lastOffset()) + 1n : reading.to);
    return wanted.length;
  }

  #isAtPosition(batch: Batch): boolean {
    // The field is there at run time and missing in the client's types.
    const { fetchedOffset } = batch as { fetchedOffset?: string };
    return fetchedOffset === undefined || BigInt(fetchedOffset) === this.#position;
  }

  /** Joining does not count as silence: it takes long where the broker waits for more members. */
  #listen(): void {
    clearTimeout(this.#silence);
    if (this.#reading === null || !this.#isJoined) return;
    this.#silence = setTimeout(() => {
      this.#break();
    }, SILENCE_MS);
  }

  async #hold(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, HOLD_MS);
    });
    clearTimeout(timer);
  }

  #seek(offset: bigint): void {
    this.#consumer.seek({ topic: this.topic, partition: this.partition, offset: String(offset) });
  }

  #advance(next: bigint): void {
    if (next > this.#position) this.#position = next;
    if (this.#reading !== null && this.#position >= this.#reading.to) this.#reading.finish();
    this.#listen();
  }

  #break(error?: Error): void {
    this.#broken = true;
    this.#reading?.finish(error);
    this.#wake();
  }

  #what(): string {
    return `Reading topic ${this.topic} partition ${this.partition} at offset ${this.#position}`;
  }
}

function toIncoming(partition: number, { offset, timestamp, key, value, headers }: KafkaMessage): IncomingRecord {
  return { partition, offset, timestamp, key, value, headers: firstBuffers(headers) };
}

function firstBuffers(headers: IHeaders | undefined): Record<string, Buffer> {
  const first: Record<string, Buffer> = {};
  for (const name in headers) {
    const given = headers[name];
    const value = Array.isArray(given) ? given[0] : given;
    if (value !== undefined) first[name] = typeof value === 'string' ? Buffer.from(value) : value;
  }
  return first;
}
