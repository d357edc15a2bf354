import { Partitioners, type Admin, type Producer } from 'kafkajs';
import { registerCodecs } from './codecs';
import { KafkaClients, type KafkaServers } from './connection';
import { ConnectionPool, type ConnectionKind } from './connection-pool';
import { kafkaFailure } from './kafka-failure';
import { LANE_READER, LaneReader } from './lane-reader';
import { MIRROR_MEMBER, mirrorOffsets, type MirrorMember } from './offset-mirror';
import { publish } from './publish';
import type { PartitionReader } from './partition-reader';
import { READER, readRange } from './read-range';
import { quietRequestQueues } from './request-queue';
import { offsetsAt, prepareTopics, retentionMs, topicOffsets } from './topics';
import type { KafkaGateway } from './types';

export { missingKafkaRights } from './check-rights';
export { servesClients } from './cluster';
export { kafkaFailure } from './kafka-failure';
export type { KafkaSasl, KafkaSecurity, KafkaServers } from './connection';
export { UNPROTECTED } from './connection';
export { boundsOf } from './read-range';
export { placeText, recordsAt, type RecordPlace } from './records-at';
export { grantRights, type KafkaRight } from './rights';
export type {
  FetchedRecords,
  FollowEnd,
  IncomingRecord,
  KafkaGateway,
  OutgoingRecord,
  PartitionBounds,
  TopicOffsets,
} from './types';

/** Key of the admin client that is for no single topic. */
const ALL_TOPICS = '';

registerCodecs();
quietRequestQueues();

const PRODUCER = { allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner };

type Client = Pick<Admin, 'connect' | 'disconnect'>;

const CLIENT: ConnectionKind<Client> = {
  close: (client) => client.disconnect(),
  isShared: true,
  isUsable: (_client, hasFailed) => !hasFailed,
};

interface GatewayOptions extends KafkaServers {
  readonly clientId: string;
  /** An unused connection is closed after this; default half a minute. */
  readonly idleMs?: number;
}

/**
 * Creates the gateway, the only user of KafkaJS. It connects on first use; the next call replaces a failed connection.
 *
 * Each topic has its own producer and admin client: a client requests the metadata of all topics that it was ever used
 * for, and one deleted topic fails the others.
 */
export function createKafkaGateway({ clientId, idleMs, ...servers }: GatewayOptions): KafkaGateway {
  const { brokers } = servers;
  const retry = { retries: 3, initialRetryTime: 200, maxRetryTime: 2_000 };
  const clients = new KafkaClients(servers, { clientId, retry });
  const producers = new ConnectionPool<Producer>(CLIENT, idleMs);
  const admins = new ConnectionPool<Admin>(CLIENT, idleMs);
  const readers = new ConnectionPool<PartitionReader>(READER, idleMs);
  const lanes = new ConnectionPool<LaneReader>(LANE_READER, idleMs);
  const members = new ConnectionPool<MirrorMember>(MIRROR_MEMBER, idleMs);
  const withAdmin = <T>(topic: string, work: (admin: Admin) => Promise<T>): Promise<T> =>
    admins.use(topic, async () => connected(clients.open().admin(), `Connecting to ${brokers.join(', ')}`), work);
  const offsets = (topic: string) => withAdmin(topic, (admin) => topicOffsets(admin, topic));

  return {
    prepareTopics: (specs) => withAdmin(ALL_TOPICS, (admin) => prepareTopics(admin, brokers, specs)),
    offsets,
    offsetsAt: (topic, timeMs) => withAdmin(topic, (admin) => offsetsAt(admin, topic, timeMs)),
    retentionMs: (topic) => withAdmin(topic, (admin) => retentionMs(admin, topic)),
    publish: (topic, records, onTooLarge) =>
      producers.use(
        topic,
        async () => connected(clients.open().producer(PRODUCER), `Publishing to topic ${topic}`),
        (producer) => publish(producer, topic, records, onTooLarge),
      ),
    readRange: (request, handle) => readRange({ clients, readers, offsets }, request, handle),
    follow: (request, handle) => {
      const { topic, from } = request;
      const partitions = Object.keys(from).map(Number);
      const open = () => Promise.resolve().then(() => new LaneReader(clients.open(), topic, partitions));
      return lanes.use(`${topic}/${partitions.join()}`, open, (reader) => reader.follow(request, handle));
    },
    mirrorOffsets: (group, topic, next) => mirrorOffsets(clients, members, group, topic, next),
    close: async () => {
      await Promise.all([readers.close(), lanes.close()]);
      await Promise.all([members.close(), producers.close(), admins.close()]);
    },
  };
}

async function connected<T extends Client>(client: T, action: string): Promise<T> {
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.disconnect().catch(() => undefined);
    throw kafkaFailure(error, action);
  }
}
