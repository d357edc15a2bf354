import { randomUUID } from 'node:crypto';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
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

type Take = (records: readonly IncomingRecord[]) => Promise<void> | void;

/**
 * Reads `[from, to)` of one partition once, through a private group whose only member is pinned to it.
 *
 * The client resets silently when it is not at home with an offset, and forgets a `seek` when it joins again; so the
 * position is kept here, sought again at every join, and a batch fetched from anywhere else ends the read.
 */
export class RangeReader {
  readonly #consumer: Consumer;
  readonly #request: ReadRangeRequest;
  readonly #take: Take;
  readonly #to: bigint;
  #position: bigint;
  #emptyFetches = 0;
  #finish: (error?: Error) => void = () => undefined;

  constructor(kafka: Kafka, request: ReadRangeRequest, take: Take) {
    this.#request = request;
    this.#take = take;
    this.#position = BigInt(request.from);
    this.#to = BigInt(request.to);
    this.#consumer = kafka.consumer({
      groupId: `range-${randomUUID()}`,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      partitionAssigners: [pinnedAssigner(request.topic, request.partition)],
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  async read(): Promise<void> {
    if (this.#position >= this.#to) return;
    const signal = this.#request.signal;
    signal?.throwIfAborted();
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    const abort = (): void => {
      this.#finish(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.all([finished, this.#run()]);
    } finally {
      signal?.removeEventListener('abort', abort);
      await this.#consumer.disconnect().catch(() => undefined);
    }
  }

  async #run(): Promise<void> {
    const { topic, partition } = this.#request;
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, () => {
      this.#consumer.seek({ topic, partition, offset: String(this.#position) });
    });
    this.#consumer.on(events.CRASH, ({ payload }: ConsumerCrashEvent) => {
      this.#finish(kafkaFailure(payload.error, this.#what()));
    });
    this.#consumer.on(events.FETCH, () => {
      if (++this.#emptyFetches >= EMPTY_FETCHES_OF_A_GAP) this.#finish();
    });
    // A batch of transaction markers alone never reaches eachBatch; this event tells its end.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#advance(BigInt(payload.lastOffset) + 1n);
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: true });
      await this.#consumer.run({ autoCommit: false, eachBatch: (payload) => this.#onBatch(payload) });
    } catch (error) {
      this.#finish(kafkaFailure(error, this.#what()));
    }
  }

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    if (payload.isStale() || this.#position >= this.#to) return;
    // The field is there at run time and missing in the client's types.
    const { fetchedOffset } = batch as { fetchedOffset?: string };
    if (fetchedOffset !== undefined && BigInt(fetchedOffset) !== this.#position) {
      this.#finish(pipelineFailure('OffsetOutOfRange', `${this.#what()}: Kafka moved the read to ${fetchedOffset}.`));
      return;
    }
    this.#emptyFetches = 0;
    const wanted = batch.messages.filter(({ offset }) => BigInt(offset) < this.#to);
    try {
      if (wanted.length > 0) await this.#take(wanted.map((message) => toIncoming(batch.partition, message)));
    } catch (error) {
      this.#finish(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#advance(BigInt(batch.lastOffset()) + 1n);
    await payload.heartbeat();
  }

  #advance(next: bigint): void {
    this.#emptyFetches = 0;
    if (next > this.#position) this.#position = next;
    if (this.#position >= this.#to) this.#finish();
  }

  #what(): string {
    const { topic, partition } = this.#request;
    return `Reading topic ${topic} partition ${partition} at offset ${this.#position}`;
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
