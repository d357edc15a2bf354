import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

/**
 * An assigner for a private group of one member: it gives that member exactly one partition.
 *
 * The client has no `assign`; this is its public way to read one partition without reading the others.
 */
export function pinnedAssigner(topic: string, partition: number): PartitionAssigner {
  return () => ({
    name: 'pinned',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'pinned',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
    }),
    assign: ({ members }) =>
      Promise.resolve(
        members.map(({ memberId }, position) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: 1,
            assignment: position === 0 ? { [topic]: [partition] } : {},
            userData: Buffer.alloc(0),
          }),
        })),
      ),
  });
}
