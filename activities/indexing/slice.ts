import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';
import type { RecordFingerprint } from '../contracts/record-fingerprint';

export interface IndexSliceInput {
  readonly topic: string;
  readonly partition: number;
  /** Decimal offset of the first record wanted. */
  readonly from: string;
  /** Decimal offset of the first record not wanted; null: up to what the partition holds now. */
  readonly until: string | null;
  /** The slice ends after about as many offsets. */
  readonly maxRecords: number;
  readonly alias: string;
  /** `external`: another program writes, and the slice is done when the documents are there. By default `direct`. */
  readonly sink?: 'direct' | 'external';
  /** Null for the dead-letter topic itself: a refused dead letter is never dead-lettered again. */
  readonly deadLetterTopic: string | null;
  /** Consumer group that shows the checkpoint to lag tools; by default none. */
  readonly mirrorGroup?: string | null;
  /** The last record read before `from`, where one was: it must still be there, or be gone for good. */
  readonly after?: RecordFingerprint | null;
  /** If the index refuses a larger share of the slice's records, the slice fails; by default there is no limit. */
  readonly maxDeadLetterRatio?: number | null;
}

export const countsSchema = z.object({
  /** Records passed, whatever became of them. */
  read: z.number(),
  /** Documents that now stand in the index, whether by this attempt or an earlier one. */
  indexed: z.number(),
  /** Of those, documents with a newer version already there. */
  stale: z.number(),
  deadLetters: z.number(),
  /** Records of months that are dropped. */
  expired: z.number(),
  bytes: z.number(),
});
export type IndexCounts = Readonly<z.infer<typeof countsSchema>>;

export interface IndexSliceResult {
  /** Decimal offset from which to go on. */
  readonly next: string;
  /** Decimal end of the partition when the slice began. */
  readonly end: string;
  /** The same of every partition that the topic has by now. */
  readonly ends: PartitionOffsets;
  /** The last record read, by this slice or before it. */
  readonly last: RecordFingerprint | null;
  readonly counts: IndexCounts;
}
