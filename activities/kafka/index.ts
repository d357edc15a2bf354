/**
 * Kafka, as the steps see it: a gateway over the one client library in use.
 *
 * @module
 */
import { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import { kafkaFailure } from './kafka-failure';
import { KeptConnections, type ConnectionKind } from './kept-connections';
import { OffsetMirror } from './offset-mirror';
import { publish } from './publish';
import { readRange } from './read-range';
import { ReaderPool } from './reader-pool';
import { offsetsAt, prepareTopics, topicOffsets } from './topics';
import type { KafkaGateway } from './types';

export { servesClients } from './cluster';
export type { IncomingRecord, KafkaGateway, OutgoingRecord, PartitionBounds } from './types';

/** No topic has this name. */
const ALL_TOPICS = '';

const CLIENT: ConnectionKind<Client> = {
  close: (client) => client.disconnect(),
  isShared: true,
  isUsable: (_client, hasFailed) => !hasFailed,
};

interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * Connects on first use; a connection that failed is made anew by the next call.
 *
 * A producer and an admin client are kept for each topic: they ask for all topics that they were ever used for at once,
 * and one topic that is gone fails the others.
 *
 * @param idleMs - after which a connection that nobody uses is closed; absent: half a minute
 */
export function createKafkaGateway({
  brokers,
  clientId,
  idleMs,
}: {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly idleMs?: number;
}): KafkaGateway {
  const kafka = newClient(brokers, clientId);
  const producers = new KeptConnections<Producer>(CLIENT, idleMs);
  const admins = new KeptConnections<Admin>(CLIENT, idleMs);
  const readers = new ReaderPool(kafka, idleMs);
  const mirror = new OffsetMirror(kafka, idleMs);
  const withAdmin = <T>(topic: string, work: (admin: Admin) => Promise<T>): Promise<T> =>
    admins.use(topic, () => connected(kafka.admin(), `Connecting to ${brokers.join(', ')}`), work);
  const offsets = (topic: string) => withAdmin(topic, (admin) => topicOffsets(admin, topic));

  return {
    prepareTopics: (specs) => withAdmin(ALL_TOPICS, (admin) => prepareTopics(admin, specs)),
    offsets,
    offsetsAt: (topic, timeMs) => withAdmin(topic, (admin) => offsetsAt(admin, topic, timeMs)),
    publish: (topic, records, refused) =>
      producers.use(
        topic,
        () => connected(newProducer(kafka), `Publishing to topic ${topic}`),
        (producer) => publish(producer, topic, records, refused),
      ),
    readRange: (request, take) => readRange({ readers, offsets }, request, take),
    mirrorOffsets: (group, topic, next) => mirror.commit(group, topic, next),
    close: async () => {
      await readers.close();
      await mirror.close();
      await Promise.all([producers.close(), admins.close()]);
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

function newProducer(kafka: Kafka): Producer {
  return kafka.producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner });
}

async function connected<T extends Client>(client: T, what: string): Promise<T> {
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.disconnect().catch(() => undefined);
    throw kafkaFailure(error, what);
  }
}
