import { randomUUID } from 'node:crypto';
import type { Batch, Consumer, ConsumerCrashEvent, EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { pipelineFailure } from '../failures';
import { kafkaFailure } from './kafka-failure';
import { pinnedAssigner } from './pinned-assigner';
import type { IncomingRecord, ReadRangeRequest } from './types';

/** While no record comes the client sleeps this long, so it bounds how late the end of a read is noticed. */
const MAX_WAIT_MS = 100;
/** Small fetches keep memory flat: message values pin the whole response they came in. */
const MAX_BYTES_PER_PARTITION = 256 * 1024;
/** Empty answers in a row, at an offset inside the log, before the rest of the range counts as a gap. */
const EMPTY_FETCHES_OF_A_GAP = 20;
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
 * one fetch of 256 KB is held meanwhile.
 *
 * The client resets silently when it is not at home with an offset, and forgets a `seek` when it joins again; so the
 * position is kept here, sought again at every join, and a batch fetched from anywhere else ends the read.
 */
export class PartitionReader {
  readonly #consumer: Consumer;
  #position = 0n;
  #reading: Reading | null = null;
  #emptyFetches = 0;
  #started: Promise<void> | null = null;
  #broken = false;
  #wake: () => void = () => undefined;

  constructor(
    kafka: Kafka,
    private readonly topic: string,
    private readonly partition: number,
  ) {
    this.#consumer = kafka.consumer({
      groupId: `range-${randomUUID()}`,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      partitionAssigners: [pinnedAssigner(topic, partition)],
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Whether another range can be read. */
  get isUsable(): boolean {
    return !this.#broken;
  }

  /** Hands over every record of the range; one range at a time. @see KafkaGateway.readRange */
  async read({ from, to, signal }: ReadRangeRequest, take: Take): Promise<void> {
    signal?.throwIfAborted();
    const finished = new Promise<void>((resolve, reject) => {
      const finish = (error?: Error): void => {
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
    this.#emptyFetches = 0;
    if (this.#started !== null && this.#position !== BigInt(from)) this.#seek(BigInt(from));
    this.#position = BigInt(from);
    this.#started ??= this.#start();
    this.#wake();
    try {
      await Promise.all([finished, this.#started]);
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
    this.#consumer.on(events.FETCH, () => {
      if (this.#reading !== null && ++this.#emptyFetches >= EMPTY_FETCHES_OF_A_GAP) this.#reading.finish();
    });
    // A batch of transaction markers alone never reaches eachBatch; this event tells its end.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#advance(BigInt(payload.lastOffset) + 1n);
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic: this.topic, fromBeginning: true });
      await this.#consumer.run({ autoCommit: false, eachBatch: (payload) => this.#onBatch(payload) });
    } catch (error) {
      this.#break(kafkaFailure(error, this.#what()));
    }
  }

  /** Hands a batch over piece by piece as ranges ask for it, and holds the rest while nobody does. */
  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    if (payload.isStale() || !this.#isAtPosition(batch)) return;
    let handed = 0;
    while (!payload.isStale() && !this.#broken && this.#position <= BigInt(batch.lastOffset())) {
      if (this.#reading === null) await this.#hold();
      else handed += await this.#handOver(batch, handed, this.#reading);
      await payload.heartbeat();
    }
  }

  /** Gives a read what it wants of a batch from message number `first` on. @returns how many it took */
  async #handOver(batch: Batch, first: number, reading: Reading): Promise<number> {
    this.#emptyFetches = 0;
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
    if (fetchedOffset === undefined || BigInt(fetchedOffset) === this.#position) return true;
    this.#break(pipelineFailure('OffsetOutOfRange', `${this.#what()}: Kafka moved the read to ${fetchedOffset}.`));
    return false;
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
    this.#emptyFetches = 0;
    if (next > this.#position) this.#position = next;
    if (this.#reading !== null && this.#position >= this.#reading.to) this.#reading.finish();
  }

  #break(error: Error): void {
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
