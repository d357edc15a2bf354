import { isUtf8 } from 'node:buffer';
import { coordinatesId, EVENT_ID_HEADER, MAX_EVENT_ID_BYTES } from '../contracts/record';
import type { IncomingRecord } from '../kafka';
import { parseObject } from './content-digest';
import { isStrictJson } from './strict-json';

/**
 * Id under which a raw record goes through the pipeline: its header, else the field of its payload, else its
 * coordinates. A given id that cannot be used makes the record a dead letter under its coordinates.
 */
export function rawEventId(topic: string, record: IncomingRecord, eventIdField: string): string {
  return givenId(record, eventIdField) ?? coordinatesId(topic, record.partition, record.offset);
}

/** Id in the header of a record that the pipeline wrote; where it is missing, coordinates that match nothing else. */
export function derivedEventId(topic: string, { headers, partition, offset }: IncomingRecord): string {
  return usableId(headers[EVENT_ID_HEADER]) ?? coordinatesId(topic, partition, offset);
}

function givenId({ headers, value }: IncomingRecord, eventIdField: string): string | undefined {
  const header = headers[EVENT_ID_HEADER];
  if (header !== undefined) return usableId(header);
  const field = parseObject(value)?.[eventIdField];
  if (value === null || typeof field !== 'string') return undefined;
  // What Spark does not accept as a whole has no fields, and so no id of its own.
  return isStrictJson(value.toString('utf8')) ? usableId(Buffer.from(field)) : undefined;
}

function usableId(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > MAX_EVENT_ID_BYTES) return undefined;
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
