import type { Consumer } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import type { KafkaClients } from './connection';
import type { ConnectionKind, ConnectionPool } from './connection-pool';
import { fixedAssigner } from './fixed-assigner';

/** A member without partitions fetches nothing, so it may wait long between two empty fetches. */
const MAX_WAIT_MS = 5_000;

export interface MirrorMember {
  readonly consumer: Consumer;
  isJoined: boolean;
}

export const MIRROR_MEMBER: ConnectionKind<MirrorMember> = {
  close: ({ consumer }) => consumer.disconnect(),
  isShared: true,
  isUsable: ({ isJoined }, hasFailed) => !hasFailed && isJoined,
};

/**
 * Copies a checkpoint into a consumer group; never rejects: after a failure, the next checkpoint is copied instead.
 *
 * Each group has one member with an empty assignment, which stays joined while checkpoints come: its commits take about
 * a millisecond, those of the admin client seconds. Committed offsets stay when it leaves.
 *
 * @param members - by group
 */
export async function mirrorOffsets(
  clients: KafkaClients,
  members: ConnectionPool<MirrorMember>,
  group: string,
  topic: string,
  next: PartitionOffsets,
): Promise<void> {
  const offsets = Object.entries(next).map(([partition, offset]) => ({ topic, partition: Number(partition), offset }));
  const join = () => joinGroup(clients, group, topic);
  await members.use(group, join, ({ consumer }) => consumer.commitOffsets(offsets)).catch(() => undefined);
}

async function joinGroup(clients: KafkaClients, groupId: string, topic: string): Promise<MirrorMember> {
  const consumer = clients.open().consumer({
    groupId,
    maxWaitTimeInMs: MAX_WAIT_MS,
    partitionAssigners: [fixedAssigner('mirror', {})],
    retry: { retries: 1, restartOnFailure: () => Promise.resolve(false) },
  });
  const member = { consumer, isJoined: true };
  const joined = new Promise<unknown>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, resolve);
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      member.isJoined = false;
      reject(payload.error);
    });
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic });
    await Promise.all([joined, consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() })]);
    return member;
  } catch (error) {
    await consumer.disconnect().catch(() => undefined);
    throw error;
  }
}
