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
  original: z.string().optional(),
  headers: z.object({ raw: z.string().optional(), version: z.string().optional() }).optional(),
});

/** A dead letter as read from its topic. */
export interface DeadLetter {
  readonly record: IncomingRecord;
  readonly content: Readonly<z.infer<typeof contentSchema>>;
  /** What it is of, read from its topic if the letter itself keeps no value: null if the topic has it no more. */
  readonly source?: IncomingRecord | null;
}

/** Whether it keeps no value of its record. */
export function isProtected({ content }: DeadLetter): boolean {
  return content.original === undefined;
}

/** Whether a record that was read at the place of a dead letter is the one that the letter is of. */
export function isOf({ content }: DeadLetter, { timestamp, value }: IncomingRecord): boolean {
  return Number(timestamp) === content.publishedAt && (value?.length ?? 0) === content.originalLength;
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
 * A protected one can as long as its topic has the record. It cannot if it was never published, was truncated, had no value, or has no id but its coordinates (it would get other
 * ones), or if the headers are missing that decide how the index stores it.
 */
export function isRestorable(letter: DeadLetter): boolean {
  const { id, stage, reason, topic, partition, offset } = letter.content;
  if (stage === 'source' || partition === undefined || reason === 'Tombstone') return false;
  return id !== coordinatesId(topic, partition, offset) && (isProtected(letter) || isWhole(letter));
}

function isWhole({ content: { stage, original = '', originalLength, headers } }: DeadLetter): boolean {
  if (Buffer.byteLength(original, 'base64') !== originalLength) return false;
  return stage === 'parse' || headers?.raw !== undefined || headers?.version !== undefined;
}

/** Returns the version under which a window is indexed; 0 of a record without one, null if it is not a number. */
export function versionOf({ content: { headers } }: DeadLetter): bigint | null {
  const version = headers?.version ?? '0';
  return /^\d+$/.test(version) ? BigInt(version) : null;
}

/** Restores the raw record of a dead letter of stage `parse`, to be published again. */
export function rawRecordOf({ record, content, source }: DeadLetter, redrive: number): OutgoingRecord {
  if (source) return republished(source, content.reason, redrive);
  const [run, row, position] = [RUN_HEADER, ROW_HEADER, POSITION_HEADER].map(
    (name) => record.headers[name]?.toString('utf8') ?? '',
  );
  return {
    key: record.key,
    value: Buffer.from(content.original ?? '', 'base64'),
    headers: {
      [EVENT_ID_HEADER]: content.id,
      ...(run ? { [RUN_HEADER]: run } : {}),
      ...(row ? { [ROW_HEADER]: row } : {}),
      ...(position ? { [POSITION_HEADER]: position } : {}),
      [REDRIVE_HEADER]: String(redrive),
    },
  };
}

/** With the headers that it had; one with an unusable id gets that of its row, as an unprotected one does. */
function republished({ key, value, headers }: IncomingRecord, reason: string, redrive: number): OutgoingRecord {
  const row = headers[ROW_HEADER];
  const id = reason === 'BadEventId' && row !== undefined ? row : headers[EVENT_ID_HEADER];
  const kept = { ...headers, ...(id === undefined ? {} : { [EVENT_ID_HEADER]: id }) };
  return { key, value: value ?? '', headers: { ...kept, [REDRIVE_HEADER]: String(redrive) } };
}

/** Restores the record of a dead letter of stage `index` as the indexer read it. */
export function derivedRecordOf({ record, content, source }: DeadLetter, redrive: number): IncomingRecord {
  if (source) return { ...source, headers: { ...source.headers, [REDRIVE_HEADER]: Buffer.from(String(redrive)) } };
  const { id, partition = 0, offset, publishedAt = 0, original = '', headers = {} } = content;
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
