/**
 * Kafka, as the steps see it: a gateway over the one client library in use.
 *
 * @module
 */
import { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import { pipelineFailure } from '../failures';
import { kafkaFailure } from './kafka-failure';
import { OffsetMirror } from './offset-mirror';
import { publish } from './publish';
import { ReaderPool } from './reader-pool';
import { offsetsAt, prepareTopics, topicOffsets } from './topics';
import type { KafkaGateway, OutgoingRecord, ReadRangeRequest, TopicSpec } from './types';

export type { IncomingRecord, KafkaGateway, OutgoingRecord } from './types';

/** Connects on first use; a connection that was lost is made anew by the next call. */
export function createKafkaGateway({
  brokers,
  clientId,
}: {
  readonly brokers: readonly string[];
  readonly clientId: string;
}): KafkaGateway {
  const kafka = newClient(brokers, clientId);
  const producer = new Connection<Producer>(() =>
    kafka.producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner }),
  );

  const withAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = kafka.admin();
    try {
      await admin.connect().catch((error: unknown) => {
        throw kafkaFailure(error, `Connecting to ${brokers.join(', ')}`);
      });
      return await work(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  };
  const readers = new ReaderPool(kafka);
  const mirror = new OffsetMirror(kafka);
  const offsets = (topic: string) => withAdmin((admin) => topicOffsets(admin, topic));

  return {
    prepareTopics: (specs: readonly TopicSpec[]) => withAdmin((admin) => prepareTopics(admin, specs)),
    offsets,
    offsetsAt: (topic, timeMs) => withAdmin((admin) => offsetsAt(admin, topic, timeMs)),
    publish: async (topic: string, records: readonly OutgoingRecord[], refused?: (record: OutgoingRecord) => void) => {
      const connected = await producer.get(`Publishing to topic ${topic}`);
      await publish(connected, topic, records, refused);
    },
    readRange: async (request: ReadRangeRequest, take) => {
      if (BigInt(request.from) >= BigInt(request.to)) return;
      assertInLog(request, await offsets(request.topic));
      await readers.read(request, take);
    },
    mirrorOffsets: (group, topic, next) => mirror.commit(group, topic, next),
    close: async () => {
      await readers.close();
      await mirror.close();
      await producer.close();
    },
  };
}

function newClient(brokers: readonly string[], clientId: string): Kafka {
  // Retried conditions are logged as errors by the client; what matters comes back as an error of the call.
  return new Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 3, initialRetryTime: 200, maxRetryTime: 2_000 },
  });
}

function assertInLog(
  { topic, partition, from, to }: ReadRangeRequest,
  { start, end }: Awaited<ReturnType<KafkaGateway['offsets']>>,
): void {
  const low = BigInt(start[partition] ?? 0);
  const high = BigInt(end[partition] ?? 0);
  if (BigInt(from) >= low && BigInt(to) <= high) return;
  throw pipelineFailure(
    'OffsetOutOfRange',
    `Topic ${topic} partition ${partition} holds offsets [${low}, ${high}), wanted [${from}, ${to}). ` +
      'Either retention removed records that were not read yet, or the topic was made anew.',
  );
}

/** Holds one client that is connected on first use and made anew when connecting failed. */
class Connection<T extends { connect(): Promise<void>; disconnect(): Promise<void> }> {
  #client: Promise<T> | null = null;

  constructor(private readonly create: () => T) {}

  async get(what: string): Promise<T> {
    this.#client ??= this.#connect();
    try {
      return await this.#client;
    } catch (error) {
      this.#client = null;
      throw kafkaFailure(error, what);
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    this.#client = null;
    await client?.disconnect();
  }

  async #connect(): Promise<T> {
    const client = this.create();
    await client.connect();
    return client;
  }
}
