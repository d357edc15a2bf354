/**
 * Kafka, as the steps see it: a gateway over the one client library in use.
 *
 * @module
 */
import { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import { kafkaFailure } from './kafka-failure';
import { OffsetMirror } from './offset-mirror';
import { publish } from './publish';
import { readRange } from './read-range';
import { ReaderPool } from './reader-pool';
import { offsetsAt, prepareTopics, topicOffsets } from './topics';
import type { KafkaGateway, OutgoingRecord, TopicSpec } from './types';

export { countBrokers } from './cluster';
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
  // One for each topic: a producer asks for all it ever published to at once, and one that is gone fails the others.
  const producers = new Map<string, Connection<Producer>>();
  const producerOf = (topic: string): Connection<Producer> => {
    const known = producers.get(topic);
    if (known !== undefined) return known;
    const made = new Connection<Producer>(() =>
      kafka.producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner }),
    );
    producers.set(topic, made);
    return made;
  };

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
      const connected = await producerOf(topic).get(`Publishing to topic ${topic}`);
      await publish(connected, topic, records, refused);
    },
    readRange: (request, take) => readRange({ readers, offsets }, request, take),
    mirrorOffsets: (group, topic, next) => mirror.commit(group, topic, next),
    close: async () => {
      await readers.close();
      await mirror.close();
      await Promise.all([...producers.values()].map((producer) => producer.close()));
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
