import { isUtf8 } from 'node:buffer';
import type { FieldPlace } from '../contracts/field-place';
import {
  coordinatesId,
  EVENT_ID_HEADER,
  MAX_DOCUMENT_ID_BYTES,
  MAX_EVENT_ID_BYTES,
  ROW_HEADER,
} from '../contracts/record';
import type { IncomingRecord } from '../kafka';
import { idTextAt } from './id-text';
import { PLAIN_IDS, type ProtectedIds } from './protected-ids';

/**
 * Returns the id of a raw record: from its header, else from its mapped place, else that of its row in a file, else its
 * coordinates. A given but invalid id makes the record a dead letter under the id of its row or its coordinates.
 *
 * @param hasRows - whether the records are rows of a file; in a topic of others, a header that is called like ours says
 *   nothing
 * @param ids - apply to all but coordinates
 */
export function rawEventId(
  topic: string,
  record: IncomingRecord,
  place: FieldPlace,
  hasRows: boolean,
  ids: ProtectedIds = PLAIN_IDS,
): string {
  const brought = givenId(record, place) ?? (hasRows ? validId(record.headers[ROW_HEADER]) : undefined);
  return brought === undefined ? coordinatesId(topic, record.partition, record.offset) : ids.idOf(brought);
}

/**
 * Returns the id in the header of a record that the pipeline wrote, under which it is indexed; if it is missing,
 * coordinates, which match nothing. The id of a window has more bytes than that of its device.
 */
export function derivedEventId(topic: string, { headers, partition, offset }: IncomingRecord): string {
  return validId(headers[EVENT_ID_HEADER], MAX_DOCUMENT_ID_BYTES) ?? coordinatesId(topic, partition, offset);
}

function givenId(record: IncomingRecord, place: FieldPlace): string | undefined {
  const header = record.headers[EVENT_ID_HEADER];
  if (header !== undefined) return validId(header);
  const text = idTextAt(place, record);
  return typeof text === 'string' ? validId(Buffer.from(text)) : undefined;
}

function validId(bytes: Buffer | undefined, maxBytes = MAX_EVENT_ID_BYTES): string | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > maxBytes) return undefined;
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
