import { z } from 'zod';

/** Decimal Kafka offsets by partition number; strings, since an offset is an int64. */
export const offsetsSchema = z.record(
  z.string().regex(/^\d+$/, 'expected a partition number'),
  z.string().regex(/^\d{1,19}$/, 'expected an offset, as a string of digits'),
);

export type PartitionOffsets = Readonly<z.infer<typeof offsetsSchema>>;

/** The offsets `[from, to)` of one topic, for every partition that both contain. */
export const topicRangeSchema = z.object({ topic: z.string(), from: offsetsSchema, to: offsetsSchema });

export type TopicRange = Readonly<z.infer<typeof topicRangeSchema>>;

/** Returns whether every partition of `ends` has been read up to there. */
export function hasPassed(next: PartitionOffsets, ends: PartitionOffsets): boolean {
  return Object.entries(ends).every(([partition, end]) => BigInt(next[partition] ?? 0) >= BigInt(end));
}

/** Returns the number of offsets in `[from, to)` of all partitions; a log may have gaps, so there may be fewer records. */
export function offsetCount(from: PartitionOffsets, to: PartitionOffsets): number {
  const counts = Object.entries(to).map(([partition, end]) => Number(BigInt(end) - BigInt(from[partition] ?? 0)));
  return counts.reduce((sum, count) => sum + count, 0);
}
