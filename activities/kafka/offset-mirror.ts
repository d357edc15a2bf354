import type { Consumer, Kafka } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import { ConnectionPool } from './connection-pool';
import { fixedAssigner } from './fixed-assigner';

/** A member without partitions fetches nothing, so it may wait long between two empty fetches. */
const MAX_WAIT_MS = 5_000;

/**
 * Copies checkpoints into consumer groups for lag tools; the pipeline never reads them.
 *
 * Each group has one member with an empty assignment, which stays joined while checkpoints come: its commits take about
 * a millisecond, those of the admin client seconds. Committed offsets stay when it leaves.
 */
export class OffsetMirror {
  readonly #members: ConnectionPool<MirrorMember>;

  constructor(
    private readonly kafka: Kafka,
    idleMs?: number,
  ) {
    const kind = {
      close: (member: MirrorMember) => member.leave(),
      isShared: true,
      isUsable: (member: MirrorMember, hasFailed: boolean) => !hasFailed && member.isJoined,
    };
    this.#members = new ConnectionPool(kind, idleMs);
  }

  /** Never rejects: after a failure, the next checkpoint is copied instead. */
  async commit(group: string, topic: string, next: PartitionOffsets): Promise<void> {
    const join = async (): Promise<MirrorMember> => {
      const member = new MirrorMember(this.kafka, group);
      await member.join(topic);
      return member;
    };
    await this.#members.use(group, join, (member) => member.commit(topic, next)).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#members.close();
  }
}

class MirrorMember {
  readonly #consumer: Consumer;
  #isJoined = false;

  constructor(kafka: Kafka, group: string) {
    this.#consumer = kafka.consumer({
      groupId: group,
      maxWaitTimeInMs: MAX_WAIT_MS,
      partitionAssigners: [fixedAssigner('mirror', {})],
      retry: { retries: 1, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  async join(topic: string): Promise<void> {
    const consumer = this.#consumer;
    const joined = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, () => {
        this.#isJoined = true;
        resolve();
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        this.#isJoined = false;
        reject(payload.error);
      });
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic });
      await Promise.all([joined, consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() })]);
    } catch (error) {
      await this.leave();
      throw error;
    }
  }

  async commit(topic: string, next: PartitionOffsets): Promise<void> {
    const offsets = Object.entries(next).map(([partition, offset]) => ({
      topic,
      partition: Number(partition),
      offset,
    }));
    await this.#consumer.commitOffsets(offsets);
  }

  async leave(): Promise<void> {
    await this.#consumer.disconnect().catch(() => undefined);
  }
}
