import { createHash } from 'node:crypto';

/** Identifies a record; after a topic was deleted and recreated, another record has the same offset. */
export interface RecordFingerprint {
  /** Decimal. */
  readonly offset: string;
  /** Kafka timestamp in epoch ms, decimal. */
  readonly timestamp: string;
  /** First eight hex digits of the value's sha256. */
  readonly hash: string;
}

export function recordFingerprint(record: {
  readonly offset: string;
  readonly timestamp: string;
  readonly value: Buffer | null;
}): RecordFingerprint {
  const value = record.value ?? Buffer.alloc(0);
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 8);
  return { offset: record.offset, timestamp: record.timestamp, hash };
}

export function isSameRecord(one: RecordFingerprint, other: RecordFingerprint): boolean {
  return one.offset === other.offset && one.timestamp === other.timestamp && one.hash === other.hash;
}
