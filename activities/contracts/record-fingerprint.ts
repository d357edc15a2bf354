import type { IncomingRecord } from '../kafka/types';
import { shortHash } from './short-hash';

/** Identifies a record; after a topic was deleted and recreated, another record has the same offset. */
export interface RecordFingerprint extends Pick<IncomingRecord, 'offset' | 'timestamp'> {
  /** First eight hex digits of the value's sha256. */
  readonly hash: string;
}

export function recordFingerprint(record: Pick<IncomingRecord, 'offset' | 'timestamp' | 'value'>): RecordFingerprint {
  return { offset: record.offset, timestamp: record.timestamp, hash: shortHash(record.value ?? '') };
}

export function isSameRecord(one: RecordFingerprint, other: RecordFingerprint): boolean {
  return one.offset === other.offset && one.timestamp === other.timestamp && one.hash === other.hash;
}
