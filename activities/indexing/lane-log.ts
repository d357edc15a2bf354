import { ApplicationFailure } from '@temporalio/common';
import { pipelineFailure, type FailurePlace, type FailureType } from '../contracts/failures';
import { isSameRecord, recordFingerprint, type RecordFingerprint } from '../contracts/record-fingerprint';
import { boundsOf, type FetchedRecords, type IncomingRecord, type TopicOffsets } from '../kafka';
import type { LanePositions, RefusedPartition } from './lane';

/** Failures of a log, for which the other partitions of a lane go on. */
const OF_ONE_PARTITION: ReadonlySet<string> = new Set([
  'OffsetOutOfRange',
  'TopicRecreated',
  'RecordsUnreadable',
] satisfies FailureType[]);

/** Verifies that the logs of some partitions are those of a checkpoint. */
export class LaneLog {
  /** The last record before the position, of partitions that have not been compared yet. */
  readonly #unverified = new Map<number, RecordFingerprint>();
  #starts: TopicOffsets['start'] = {};

  constructor(private readonly topic: string) {}

  /**
   * Compares positions with the bounds of the topic; records are read from the offsets returned, which include the last
   * record before each position if the log still has it.
   */
  check(
    positions: LanePositions,
    { start, end }: TopicOffsets,
  ): { readonly from: Record<string, string>; readonly refused: readonly RefusedPartition[] } {
    const refused: RefusedPartition[] = [];
    const from: Record<string, string> = {};
    this.#starts = start;
    for (const [partition, { next, last }] of Object.entries(positions)) {
      const bounds = boundsOf({ start, end }, Number(partition));
      const isInLog = BigInt(next) >= BigInt(bounds.start) && BigInt(next) <= BigInt(bounds.end);
      if (!isInLog) refused.push(refusedPartition(this.#outOfRange(partition, next, bounds)));
      // A record that retention has removed cannot be verified.
      const isVerifiable = last !== null && BigInt(last.offset) >= BigInt(bounds.start);
      if (isVerifiable) this.#unverified.set(Number(partition), last);
      else this.#unverified.delete(Number(partition));
      from[partition] = isVerifiable ? last.offset : next;
    }
    return { from, refused };
  }

  /** @returns the records behind the position. @throws TopicRecreated when the log is another one */
  verified({ partition, records }: FetchedRecords): readonly IncomingRecord[] {
    const last = this.#unverified.get(partition);
    const [first] = records;
    if (last === undefined || first === undefined) return records;
    this.#unverified.delete(partition);
    // Compaction may have removed it.
    if (first.offset !== last.offset) return records;
    if (isSameRecord(recordFingerprint(first), last)) return records.slice(1);
    throw pipelineFailure(
      'TopicRecreated',
      `Topic ${this.topic} has another record at offset ${last.offset} of partition ${partition} than was read there. ` +
        'The topic was recreated: start a new run, or send skip with the offset from which to read the new topic.',
      { topic: this.topic, partition, offset: last.offset, readableFrom: this.#starts[partition] ?? '0' },
    );
  }

  #outOfRange(
    partition: string,
    next: string,
    { start, end }: { readonly start: string; readonly end: string },
  ): ApplicationFailure {
    const why =
      BigInt(next) > BigInt(end)
        ? 'The topic was recreated or has lost records: start a new run, or send skip with the offset from which to read it.'
        : 'Either retention removed records that were not read yet, or the topic was recreated.';
    return pipelineFailure(
      'OffsetOutOfRange',
      `Topic ${this.topic} partition ${partition} has offsets [${start}, ${end}), expected it to have ${next}. ${why}`,
      { topic: this.topic, partition: Number(partition), offset: next, readableFrom: start },
    );
  }
}

/** @returns null if the failure is not of one partition alone */
export function refusalOf(error: unknown): RefusedPartition | null {
  const isOfOne = error instanceof ApplicationFailure && OF_ONE_PARTITION.has(error.type ?? '');
  return isOfOne ? refusedPartition(error) : null;
}

function refusedPartition({ type, message, details }: ApplicationFailure): RefusedPartition {
  const [place] = (details ?? []) as readonly FailurePlace[];
  const reason = `${type}: ${message}`;
  return { partition: String(place?.partition), type: String(type), reason, readableFrom: place?.readableFrom ?? null };
}
