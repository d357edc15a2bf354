import type { Month } from '../contracts/event-month';
import type { IncomingRecord } from '../kafka';
import {
  EVENT_ID_HEADER,
  MAX_DOCUMENT_ID_BYTES,
  RAW_HEADER,
  REDRIVE_HEADER,
  redriveCount,
  RUN_HEADER,
  VERSION_HEADER,
} from '../contracts/record';
import { PROVENANCE_FIELD, type Provenance } from '../elasticsearch/provenance';

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const LINE_FEED = 0x0a;
/** JSON whitespace, without the line feed. */
const WHITESPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);
/** Text that needs no escaping in JSON. */
const PLAIN = /^[A-Za-z0-9 _.:|/+-]*$/;
const DIGITS = /^\d{1,18}$/;
/** 2001-01-01 in epoch ms: an earlier Kafka time is in another unit, or of a clock that nobody has set. */
const PLAUSIBLE_FROM_MS = 978_307_200_000;

/** What the documents of one batch of records have in common. */
export type IndexingContext = Pick<Provenance, 'pipeline' | 'indexedAt'>;

/** One action of a bulk request and the record it was made from. */
export interface BulkItem {
  readonly record: IncomingRecord;
  readonly id: string;
  /** Action line, and the source line up to where the record's own fields begin. */
  readonly head: string;
  /** Size in a bulk body. */
  readonly bytes: number;
  /** From its publication until it was read; null if its Kafka time is implausible. */
  readonly latencyMs: number | null;
  /** The month of its index; absent if the alias has a single index. */
  readonly month?: Month;
}

/** A record that no index can take. */
export interface RejectedRecord {
  readonly record: IncomingRecord;
  /** Null if the record has no usable id. */
  readonly id: string | null;
  /** A `DeadLetter.reason`. */
  readonly reason: string;
  /** What Elasticsearch answered, which may quote values. */
  readonly answered?: string | undefined;
}

/**
 * Splices the bytes of a record into a bulk action, with its provenance as the first field.
 *
 * The value must be one line that starts an object: a line break inside could end the document and start an action of
 * the sender's choosing.
 *
 * @param target - the monthly index that the document is written to
 */
export function toBulkItem(
  record: IncomingRecord,
  context: IndexingContext,
  target?: { readonly month: Month; readonly index: string },
): BulkItem | RejectedRecord {
  const { value, headers } = record;
  const id = usableId(headers);
  if (id === null) return { record, id, reason: 'BadEventId' };
  if (value === null) return { record, id, reason: 'Tombstone' };
  if (value[0] !== OPENING_BRACE || value.includes(LINE_FEED)) return { record, id, reason: 'NotOneObjectOnOneLine' };
  const action = actionLine(id, headers[VERSION_HEADER]?.toString('latin1'), target?.index);
  if (action === null) return { record, id, reason: 'BadVersion' };
  const separator = isEmptyObject(value) ? '' : ',';
  const origin = originOf(record, context);
  const { latencyMs } = origin;
  const head = `${action}\n{"${PROVENANCE_FIELD}":${provenance(record, context, origin)}${separator}`;
  const bytes = Buffer.byteLength(head) + value.length;
  const item = { record, id, head, bytes, latencyMs };
  return target === undefined ? item : { ...item, month: target.month };
}

/** Whether Elasticsearch keeps the highest version under this id; otherwise it keeps the document written last. */
export function isVersioned({ record }: BulkItem): boolean {
  return record.headers[VERSION_HEADER] !== undefined;
}

/** Builds a request body: for each item its head, the rest of its value after the opening brace, and a line feed. */
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
  return id === undefined || id.length === 0 || id.length > MAX_DOCUMENT_ID_BYTES ? null : id.toString('utf8');
}

/** @returns null if the version is not a number: Elasticsearch would reject the whole request */
function actionLine(id: string, version: string | undefined, index: string | undefined): string | null {
  const target = index === undefined ? '' : `"_index":${quoted(index)},`;
  if (version === undefined) return `{"index":{${target}"_id":${quoted(id)}}}`;
  if (!DIGITS.test(version)) return null;
  // As text, since a JS number cannot hold it.
  const number = version.replace(/^0+(?=\d)/, '');
  return `{"index":{${target}"_id":${quoted(id)},"version":${number},"version_type":"external_gte"}}`;
}

function isEmptyObject(value: Buffer): boolean {
  let at = 1;
  while (WHITESPACE.has(value[at] ?? 0)) at += 1;
  return value[at] === CLOSING_BRACE;
}

/** The raw record that a record was made from, as it stands in a document. */
interface Origin {
  readonly partition: number;
  readonly offset: string;
  readonly publishedAt: number | null;
  readonly latencyMs: number | null;
}

function originOf({ partition, offset, headers }: IncomingRecord, { indexedAt }: IndexingContext): Origin {
  const [rawPartition, rawOffset, published] = headers[RAW_HEADER]?.toString('utf8').split(':') ?? [];
  const publishedAt = isNumber(published) ? Number(published) : null;
  const isPlausible = publishedAt !== null && publishedAt >= PLAUSIBLE_FROM_MS && publishedAt <= indexedAt;
  return {
    partition: isNumber(rawPartition) ? Number(rawPartition) : partition,
    offset: rawOffset ?? offset,
    publishedAt,
    latencyMs: isPlausible ? indexedAt - publishedAt : null,
  };
}

/** Writes a `Provenance` as JSON, by string concatenation because it runs for every record. */
function provenance(
  { timestamp, headers }: IncomingRecord,
  { pipeline, indexedAt }: IndexingContext,
  { partition, offset, publishedAt, latencyMs }: Origin,
): string {
  const run = quoted(headers[RUN_HEADER]?.toString('utf8') ?? '');
  const published = publishedAt === null ? '' : `"publishedAt":${publishedAt},`;
  const latency = latencyMs === null ? '' : `"latencyMs":${latencyMs},`;
  const redrive = redriveCount(headers[REDRIVE_HEADER]);
  return (
    `{"pipeline":${quoted(pipeline)},"run":${run},"partition":${partition},` +
    `"offset":${quoted(offset)},${published}${latency}"processedAt":${timestamp},"indexedAt":${indexedAt}` +
    `${redrive === 0 ? '' : `,"redrive":${redrive}`}}`
  );
}

function isNumber(digits: string | undefined): boolean {
  return digits !== undefined && DIGITS.test(digits);
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
