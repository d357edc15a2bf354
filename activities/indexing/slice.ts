import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';
import type { RecordFingerprint } from '../contracts/record-fingerprint';

export interface IndexSliceInput {
  readonly topic: string;
  readonly partition: number;
  /** Decimal offset of the first record to read. */
  readonly from: string;
  /** Decimal offset after the last record to read; null: the current end of the partition. */
  readonly until: string | null;
  /** The slice ends after at most this many offsets. */
  readonly maxRecords: number;
  readonly alias: string;
  /** `external`: another program writes, and the slice is done when the documents are there. Default `direct`. */
  readonly sink?: 'direct' | 'external';
  /** Null for the dead-letter topic itself: a rejected dead letter is never dead-lettered again. */
  readonly deadLetterTopic: string | null;
  /** Consumer group that shows the checkpoint to lag tools; default none. */
  readonly mirrorGroup?: string | null;
  /** The last record read before `from`, if any: the log must still have it, or have removed it by retention. */
  readonly after?: RecordFingerprint | null;
  /** The slice fails if the index rejects a larger share of its records; default no limit. */
  readonly maxDeadLetterRatio?: number | null;
}

export const countsSchema = z.object({
  /** Records passed, indexed or not. */
  read: z.number(),
  /** Documents that are now in the index, by this attempt or an earlier one. */
  indexed: z.number(),
  /** Of those, documents of which the index had a newer version. */
  stale: z.number(),
  deadLetters: z.number(),
  /** Records of dropped months. */
  expired: z.number(),
  /** Records in which no measurement has a value. */
  absent: z.number(),
  bytes: z.number(),
});
export type IndexCounts = Readonly<z.infer<typeof countsSchema>>;

export interface IndexSliceResult {
  /** Decimal offset at which the next slice starts. */
  readonly next: string;
  /** Decimal end of the partition when the slice began. */
  readonly end: string;
  /** The same for every partition of the topic. */
  readonly ends: PartitionOffsets;
  /** The last record read, by this slice or before it. */
  readonly last: RecordFingerprint | null;
  readonly counts: IndexCounts;
}
