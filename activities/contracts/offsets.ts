/** Decimal Kafka offsets keyed by partition number. Strings, since an offset is an int64. */
export type PartitionOffsets = Readonly<Record<string, string>>;

/** A half-open range `[from, to)` of one topic, for every partition named in both. */
export interface TopicRange {
  readonly topic: string;
  readonly from: PartitionOffsets;
  readonly to: PartitionOffsets;
}

/** Number of offsets in `[from, to)` over all partitions; an upper bound of the records, since a log may have gaps. */
export function offsetCount(from: PartitionOffsets, to: PartitionOffsets): number {
  return Object.entries(to).reduce(
    (sum, [partition, end]) => sum + Number(BigInt(end) - BigInt(from[partition] ?? 0)),
    0,
  );
}
