import { AssignerProtocol, type Consumer, type Kafka, type PartitionAssigner } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import { KeptConnections } from './kept-connections';

/** A member that reads nothing asks for nothing either, so it may sleep long between two empty fetches. */
const MAX_WAIT_MS = 5_000;

/**
 * Copies checkpoints into consumer groups, where lag tools look; nobody here reads them.
 *
 * Each group has one member with an empty assignment, which stays joined while checkpoints come: its commits take about
 * a millisecond, where the admin client's take seconds. What was committed stays when it leaves.
 */
export class OffsetMirror {
  readonly #members: KeptConnections<MirrorMember>;

  constructor(
    private readonly kafka: Kafka,
    idleMs?: number,
  ) {
    const kind = {
      close: (member: MirrorMember) => member.leave(),
      isShared: true,
      isUsable: (member: MirrorMember, hasFailed: boolean) => !hasFailed && member.isJoined,
    };
    this.#members = new KeptConnections(kind, idleMs);
  }

  /** Never rejects: what is not copied now is copied with the next checkpoint. */
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
      partitionAssigners: [assignNothing],
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

const assignNothing: PartitionAssigner = () => ({
  name: 'mirror',
  version: 1,
  protocol: ({ topics }) => ({
    name: 'mirror',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
  }),
  assign: ({ members }) =>
    Promise.resolve(
      members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: {},
          userData: Buffer.alloc(0),
        }),
      })),
    ),
});
