import type { IncomingRecord } from '../kafka';
import { EVENT_ID_HEADER, RAW_HEADER, RUN_HEADER, VERSION_HEADER } from '../contracts/record';
import { PASSAGE_FIELD, type Passage } from '../elasticsearch/passage';

/** Elasticsearch refuses a whole bulk request over one longer id. */
const MAX_ID_BYTES = 512;
/** Longer than this, an object is looked at no further: it cannot be empty but for blanks. */
const MAX_EMPTY_OBJECT_BYTES = 64;
const OPENING_BRACE = 0x7b;
const LINE_FEED = 0x0a;

/** One action of a bulk request and the record it came from. */
export interface BulkItem {
  readonly record: IncomingRecord;
  readonly id: string;
  /** Action line and source line, each ended by a line feed. */
  readonly body: Buffer;
}

/** A record that must not be sent, and why; a code of `DeadLetter.reason`. */
export interface Unsendable {
  readonly record: IncomingRecord;
  readonly id: string | null;
  readonly reason: string;
}

/**
 * Splices the bytes of a record into a bulk action, with its passage as the first field.
 *
 * A value is taken over only as one line that starts an object: a line break inside could end the document and start
 * an action of the sender's choosing.
 */
export function toBulkItem(record: IncomingRecord, indexedAt: number): BulkItem | Unsendable {
  const { value, headers } = record;
  const id = headers[EVENT_ID_HEADER]?.toString('utf8') ?? '';
  if (id === '' || Buffer.byteLength(id) > MAX_ID_BYTES) return { record, id: null, reason: 'BadEventId' };
  if (value === null) return { record, id, reason: 'Tombstone' };
  if (value[0] !== OPENING_BRACE || value.includes(LINE_FEED)) return { record, id, reason: 'NotOneObjectOnOneLine' };
  return { record, id, body: Buffer.concat([actionLine(id, headers), ...spliced(value, passage(record, indexedAt))]) };
}

function actionLine(id: string, headers: IncomingRecord['headers']): Buffer {
  const version = headers[VERSION_HEADER]?.toString('latin1');
  const versioning = version === undefined ? {} : { version: Number(version), version_type: 'external_gte' };
  return Buffer.from(`${JSON.stringify({ index: { _id: id, ...versioning } })}\n`);
}

/** The value with one more field in front, whatever else stands in it. */
function spliced(value: Buffer, first: string): Buffer[] {
  const rest = value.subarray(1);
  const isEmptyObject = rest.length < MAX_EMPTY_OBJECT_BYTES && rest.toString('latin1').trim() === '}';
  return [Buffer.from(`{"${PASSAGE_FIELD}":${first}${isEmptyObject ? '' : ','}`), rest, Buffer.from('\n')];
}

function passage({ partition, offset, timestamp, headers }: IncomingRecord, indexedAt: number): string {
  const [rawPartition, rawOffset, publishedAt] = headers[RAW_HEADER]?.toString('latin1').split(':') ?? [];
  const given: Passage = {
    run: headers[RUN_HEADER]?.toString('utf8') ?? '',
    partition: rawPartition === undefined ? partition : Number(rawPartition),
    offset: rawOffset ?? offset,
    ...(publishedAt === undefined ? {} : { publishedAt: Number(publishedAt) }),
    processedAt: Number(timestamp),
    indexedAt,
  };
  return JSON.stringify(given);
}
