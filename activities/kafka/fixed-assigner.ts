import { AssignerProtocol, type Assignment, type PartitionAssigner } from 'kafkajs';

/**
 * Returns an assigner for a private consumer group: its first member always gets these partitions by topic.
 *
 * KafkaJS has no `assign`; this is its public way to read one partition, or none, of a topic.
 */
export function fixedAssigner(name: string, assignment: Assignment): PartitionAssigner {
  const userData = Buffer.alloc(0);
  const encode = (each: Assignment): Buffer =>
    AssignerProtocol.MemberAssignment.encode({ version: 1, assignment: each, userData });
  return () => ({
    name,
    version: 1,
    protocol: ({ topics }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData }),
    }),
    assign: ({ members }) =>
      Promise.resolve(
        members.map(({ memberId }, position) => ({
          memberId,
          memberAssignment: encode(position === 0 ? assignment : {}),
        })),
      ),
  });
}
