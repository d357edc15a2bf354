import { z } from 'zod';
import {
  coordinatesId,
  EVENT_ID_HEADER,
  POSITION_HEADER,
  RAW_HEADER,
  REDRIVE_HEADER,
  ROW_HEADER,
  RUN_HEADER,
  VERSION_HEADER,
} from '../../contracts/record';
import type { IncomingRecord, OutgoingRecord } from '../../kafka';

const contentSchema = z.object({
  id: z.string().min(1),
  stage: z.enum(['source', 'parse', 'index']),
  reason: z.string(),
  topic: z.string().min(1),
  partition: z.int().optional(),
  offset: z.string(),
  publishedAt: z.int().optional(),
  originalLength: z.int(),
  original: z.string(),
  headers: z.object({ raw: z.string().optional(), version: z.string().optional() }).optional(),
});

/** A dead letter as read from its topic. */
export interface DeadLetter {
  readonly record: IncomingRecord;
  readonly content: Readonly<z.infer<typeof contentSchema>>;
}

/** @returns null for a record that is not a dead letter */
export function readDeadLetter(record: IncomingRecord): DeadLetter | null {
  try {
    const { success, data } = contentSchema.safeParse(JSON.parse(record.value?.toString('utf8') ?? ''));
    return success ? { record, content: data } : null;
  } catch {
    return null;
  }
}

/**
 * Whether the original record can be restored, complete and with the same id.
 *
 * It cannot if it was never published, was truncated, had no value, or has no id but its coordinates (it would get other
 * ones), or if the headers are missing that decide how the index stores it.
 */
export function isRestorable({ content }: DeadLetter): boolean {
  const { id, stage, reason, topic, partition, offset, original, originalLength, headers } = content;
  if (stage === 'source' || partition === undefined || reason === 'Tombstone') return false;
  if (id === coordinatesId(topic, partition, offset)) return false;
  if (Buffer.byteLength(original, 'base64') !== originalLength) return false;
  return stage === 'parse' || headers?.raw !== undefined || headers?.version !== undefined;
}

/** Returns the version under which a window is indexed; 0 of a record without one, null if it is not a number. */
export function versionOf({ content: { headers } }: DeadLetter): bigint | null {
  const version = headers?.version ?? '0';
  return /^\d+$/.test(version) ? BigInt(version) : null;
}

/** Restores the raw record of a dead letter of stage `parse`, to be published again. */
export function rawRecordOf({ record, content }: DeadLetter, redrive: number): OutgoingRecord {
  const [run, row, position] = [RUN_HEADER, ROW_HEADER, POSITION_HEADER].map(
    (name) => record.headers[name]?.toString('utf8') ?? '',
  );
  return {
    key: record.key,
    value: Buffer.from(content.original, 'base64'),
    headers: {
      [EVENT_ID_HEADER]: content.id,
      ...(run ? { [RUN_HEADER]: run } : {}),
      ...(row ? { [ROW_HEADER]: row } : {}),
      ...(position ? { [POSITION_HEADER]: position } : {}),
      [REDRIVE_HEADER]: String(redrive),
    },
  };
}

/** Restores the record of a dead letter of stage `index` as the indexer read it. */
export function derivedRecordOf({ record, content }: DeadLetter, redrive: number): IncomingRecord {
  const { id, partition = 0, offset, publishedAt = 0, original, headers = {} } = content;
  const run = record.headers[RUN_HEADER];
  return {
    partition,
    offset,
    timestamp: String(publishedAt),
    key: record.key,
    value: Buffer.from(original, 'base64'),
    headers: {
      [EVENT_ID_HEADER]: Buffer.from(id),
      ...(run === undefined ? {} : { [RUN_HEADER]: run }),
      ...(headers.raw === undefined ? {} : { [RAW_HEADER]: Buffer.from(headers.raw, 'latin1') }),
      ...(headers.version === undefined ? {} : { [VERSION_HEADER]: Buffer.from(headers.version, 'latin1') }),
      [REDRIVE_HEADER]: Buffer.from(String(redrive)),
    },
  };
}
