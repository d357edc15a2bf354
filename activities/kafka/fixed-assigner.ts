import { AssignerProtocol, type Assignment, type PartitionAssigner } from 'kafkajs';

/**
 * Returns an assigner for a private consumer group: its first member always gets these partitions by topic.
 *
 * KafkaJS has no `assign`; this is its public way to read one partition, or none, of a topic.
 */
export function fixedAssigner(name: string, assignment: Assignment): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  const common = { version: 1, userData: Buffer.alloc(0) };
  return () => ({
    name,
    version: 1,
    protocol: ({ topics }) => ({ name, metadata: MemberMetadata.encode({ ...common, topics }) }),
    assign: ({ members }) => {
      const shares = members.map(({ memberId }, position) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ ...common, assignment: position === 0 ? assignment : {} }),
      }));
      return Promise.resolve(shares);
    },
  });
}
