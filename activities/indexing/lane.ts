import { z } from 'zod';
import type { LatencyCounts } from '../contracts/latency';
import type { PartitionOffsets } from '../contracts/offsets';

const fingerprintSchema = z.object({ offset: z.string(), timestamp: z.string(), hash: z.string() });

/** Where one partition stands. */
const positionSchema = z.object({
  /** Decimal offset of the next record. */
  next: z.string().regex(/^\d+$/),
  /** The last record read before it, if any: the log must still have it, or have removed it by retention. */
  last: fingerprintSchema.nullable(),
});

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

export const checkpointSchema = z.object({
  /** By partition number. */
  positions: z.record(z.string().regex(/^\d+$/), positionSchema),
  counts: countsSchema,
});
/** What is indexed of a lane: the details of a heartbeat. */
export type LaneCheckpoint = Readonly<z.infer<typeof checkpointSchema>>;
export type LanePositions = LaneCheckpoint['positions'];

/** A share of the partitions of one topic, which one activity indexes. */
export interface IndexLaneInput {
  readonly topic: string;
  readonly from: LanePositions;
  /** Where each partition ends; null: the lane waits at the end of the log for more. */
  readonly until: PartitionOffsets | null;
  /** Number of the partitions of the topic as far as they are known: the lane ends when there are more. */
  readonly partitions: number;
  /** The lane ends after this time, so that other workers get their share. */
  readonly maxMs: number;
  /** How often a checkpoint is stored while records come, the most that is done again when a worker dies, and else. */
  readonly heartbeat: { readonly busyMs: number; readonly idleMs: number };
  /** A bulk request that is not full is sent after this time. */
  readonly lingerMs: number;
  /** Age of its workflow when the lane begins: a young one is told the progress more often; null: only the result. */
  readonly ageMs: number | null;
  /** Whether its workflow shows that it fails: the lane then tells that it works, also without a record. */
  readonly wasFailing: boolean;
  readonly alias: string;
  /** `external`: another program writes, and a record is done when its document is there. Default `direct`. */
  readonly sink?: 'direct' | 'external';
  /** Null for the dead-letter topic itself: a rejected dead letter is never dead-lettered again. */
  readonly deadLetterTopic: string | null;
  /** Consumer group that shows the checkpoint to lag tools; default none. */
  readonly mirrorGroup?: string | null;
  /** The lane fails if the index rejects a larger share of its records; default no limit. */
  readonly maxDeadLetterRatio?: number | null;
}

/** A partition that cannot be read on: what the others of its lane do not share. */
export interface RefusedPartition {
  readonly partition: string;
  /** A row of the failure table. */
  readonly type: string;
  readonly reason: string;
  /** Decimal offset from which the log can be read; null if that is not known. */
  readonly readableFrom: string | null;
}

/** What a lane has indexed since its activity began; an attempt that is repeated may tell less than the one before. */
export interface LaneProgress extends LaneCheckpoint {
  readonly latency: LatencyCounts;
  /** Records known to be waiting. */
  readonly lag: number;
}

export interface IndexLaneResult extends LaneProgress {
  /** Number of the partitions of the topic. */
  readonly partitions: number;
  readonly refused: readonly RefusedPartition[];
}
