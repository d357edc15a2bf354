import { AssignerProtocol, type Consumer, type Kafka, type PartitionAssigner } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';

/** A member that reads nothing asks for nothing either, so it may sleep long between two empty fetches. */
const MAX_WAIT_MS = 5_000;

/**
 * Copies checkpoints into consumer groups, where lag tools look; nobody here reads them.
 *
 * Each group has one member with an empty assignment, which stays joined: its commits take about a millisecond, where
 * the admin client's take seconds.
 */
export class OffsetMirror {
  readonly #members = new Map<string, Promise<Consumer>>();

  constructor(private readonly kafka: Kafka) {}

  /** Never rejects: what is not copied now is copied with the next checkpoint. */
  async commit(group: string, topic: string, next: PartitionOffsets): Promise<void> {
    const member = this.#members.get(group) ?? this.#join(group, topic);
    this.#members.set(group, member);
    try {
      const offsets = Object.entries(next).map(([partition, offset]) => ({
        topic,
        partition: Number(partition),
        offset,
      }));
      await (await member).commitOffsets(offsets);
    } catch {
      if (this.#members.get(group) === member) this.#members.delete(group);
      await leave(member);
    }
  }

  async close(): Promise<void> {
    const members = [...this.#members.values()];
    this.#members.clear();
    await Promise.all(members.map(leave));
  }

  async #join(group: string, topic: string): Promise<Consumer> {
    const consumer = this.kafka.consumer({
      groupId: group,
      maxWaitTimeInMs: MAX_WAIT_MS,
      partitionAssigners: [assignNothing],
      retry: { retries: 1, restartOnFailure: () => Promise.resolve(false) },
    });
    const joined = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, () => {
        resolve();
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        this.#members.delete(group);
        reject(payload.error);
      });
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic });
      await Promise.all([joined, consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() })]);
      return consumer;
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw error;
    }
  }
}

async function leave(member: Promise<Consumer>): Promise<void> {
  await member.then((consumer) => consumer.disconnect()).catch(() => undefined);
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
