import type { Month } from '../contracts/event-month';
import type { IncomingRecord } from '../kafka';
import {
  EVENT_ID_HEADER,
  RAW_HEADER,
  REDRIVE_HEADER,
  redriveCount,
  RUN_HEADER,
  VERSION_HEADER,
} from '../contracts/record';
import { PROVENANCE_FIELD, type Provenance } from '../elasticsearch/provenance';

/** Elasticsearch refuses a whole bulk request over one longer id. */
const MAX_ID_BYTES = 512;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const LINE_FEED = 0x0a;
/** What JSON takes as blank. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);
/** Such a text is its own JSON. */
const PLAIN = /^[A-Za-z0-9 _.:|/+-]*$/;
const DIGITS = /^\d{1,18}$/;

/** What documents of one slice have in common. */
export type Indexing = Pick<Provenance, 'pipeline' | 'indexedAt'>;

/** Where a document goes, if not to the only index of its alias. */
interface MonthPlace {
  readonly month: Month;
  readonly index: string;
}

/** One action of a bulk request and the record it came from. */
export interface BulkItem {
  readonly record: IncomingRecord;
  readonly id: string;
  /** Action line, and the source line up to where the record's own fields begin. */
  readonly head: string;
  /** Of the action in a bulk body. */
  readonly bytes: number;
  /** Whose index it goes to; absent: the alias has one for all. */
  readonly month?: Month;
}

/** A record that must not be sent, and why; a code of `DeadLetter.reason`. */
export interface Unsendable {
  readonly record: IncomingRecord;
  readonly id: string | null;
  readonly reason: string;
}

/**
 * Splices the bytes of a record into a bulk action, with its provenance as the first field.
 *
 * A value is taken over only as one line that starts an object: a line break inside could end the document and start
 * an action of the sender's choosing.
 */
export function toBulkItem(record: IncomingRecord, indexing: Indexing, place?: MonthPlace): BulkItem | Unsendable {
  const { value, headers } = record;
  const id = usableId(headers);
  if (id === null) return { record, id, reason: 'BadEventId' };
  if (value === null) return { record, id, reason: 'Tombstone' };
  if (value[0] !== OPENING_BRACE || value.includes(LINE_FEED)) return { record, id, reason: 'NotOneObjectOnOneLine' };
  const action = actionLine(id, headers[VERSION_HEADER]?.toString('latin1'), place?.index);
  if (action === null) return { record, id, reason: 'BadVersion' };
  const separator = isEmptyObject(value) ? '' : ',';
  const head = `${action}\n{"${PROVENANCE_FIELD}":${provenance(record, indexing)}${separator}`;
  const bytes = Buffer.byteLength(head) + value.length;
  return place === undefined ? { record, id, head, bytes } : { record, id, head, bytes, month: place.month };
}

/** Whether Elasticsearch keeps the newest of all under this id; otherwise it keeps the one that it got last. */
export function isVersioned({ record }: BulkItem): boolean {
  return record.headers[VERSION_HEADER] !== undefined;
}

/** One request body: for each item its head, the rest of its value after the opening brace, and a line feed. */
export function bulkBody(items: readonly BulkItem[]): Buffer {
  const body = Buffer.allocUnsafe(items.reduce((sum, { bytes }) => sum + bytes, 0));
  let at = 0;
  for (const { head, record } of items) {
    at += body.write(head, at);
    at += record.value?.copy(body, at, 1) ?? 0;
    at = body.writeUInt8(LINE_FEED, at);
  }
  return body;
}

function usableId(headers: IncomingRecord['headers']): string | null {
  const id = headers[EVENT_ID_HEADER];
  return id === undefined || id.length === 0 || id.length > MAX_ID_BYTES ? null : id.toString('utf8');
}

/** @returns null for a version that is no number: Elasticsearch would refuse the whole request over it */
function actionLine(id: string, version: string | undefined, index: string | undefined): string | null {
  const place = index === undefined ? '' : `"_index":${quoted(index)},`;
  if (version === undefined) return `{"index":{${place}"_id":${quoted(id)}}}`;
  if (!DIGITS.test(version)) return null;
  return `{"index":{${place}"_id":${quoted(id)},"version":${Number(version)},"version_type":"external_gte"}}`;
}

function isEmptyObject(value: Buffer): boolean {
  let at = 1;
  while (BLANKS.has(value[at] ?? 0)) at += 1;
  return value[at] === CLOSING_BRACE;
}

/** A `Provenance` as JSON; written out, since it is made for every record. */
function provenance(
  { partition, offset, timestamp, headers }: IncomingRecord,
  { pipeline, indexedAt }: Indexing,
): string {
  const [rawPartition, rawOffset, publishedAt] = headers[RAW_HEADER]?.toString('utf8').split(':') ?? [];
  const run = quoted(headers[RUN_HEADER]?.toString('utf8') ?? '');
  const published = isNumber(publishedAt)
    ? `"publishedAt":${Number(publishedAt)},"latencyMs":${indexedAt - Number(publishedAt)},`
    : '';
  const redrive = redriveCount(headers[REDRIVE_HEADER]);
  return (
    `{"pipeline":${quoted(pipeline)},"run":${run},"partition":${isNumber(rawPartition) ? Number(rawPartition) : partition},` +
    `"offset":${quoted(rawOffset ?? offset)},${published}"processedAt":${timestamp},"indexedAt":${indexedAt}` +
    `${redrive === 0 ? '' : `,"redrive":${redrive}`}}`
  );
}

function isNumber(digits: string | undefined): boolean {
  return digits !== undefined && DIGITS.test(digits);
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
