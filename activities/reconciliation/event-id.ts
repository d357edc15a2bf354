import { isUtf8 } from 'node:buffer';
import { parseObject } from '../contracts/json-object';
import { coordinatesId, EVENT_ID_HEADER, MAX_DOCUMENT_ID_BYTES, MAX_EVENT_ID_BYTES } from '../contracts/record';
import type { IncomingRecord } from '../kafka';

/** Limits of Jackson 2.21, the parser of the Spark job; one nesting level is used by the list that wraps a record. */
const MAX_NESTING = 999;
const MAX_NUMBER_CHARACTERS = 1_000;
const MAX_NAME_CHARACTERS = 50_000;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]|-?\d[-+.\deE]*/g;

/**
 * Returns the id of a raw record: from its header, else from the field of its payload, else its coordinates. A given but
 * invalid id makes the record a dead letter with its coordinates as id.
 */
export function rawEventId(topic: string, record: IncomingRecord, eventIdField: string): string {
  return givenId(record, eventIdField) ?? coordinatesId(topic, record.partition, record.offset);
}

/**
 * Returns the id in the header of a record that the pipeline wrote, under which it is indexed; if it is missing,
 * coordinates, which match nothing. The id of a window has more bytes than that of its device.
 */
export function derivedEventId(topic: string, { headers, partition, offset }: IncomingRecord): string {
  return validId(headers[EVENT_ID_HEADER], MAX_DOCUMENT_ID_BYTES) ?? coordinatesId(topic, partition, offset);
}

function givenId({ headers, value }: IncomingRecord, eventIdField: string): string | undefined {
  const header = headers[EVENT_ID_HEADER];
  if (header !== undefined) return validId(header);
  const field = parseObject(value)?.[eventIdField];
  if (value === null || typeof field !== 'string') return undefined;
  // If Spark rejects the record as a whole, it has no fields and so no id of its own.
  return isStrictJson(value.toString('utf8')) ? validId(Buffer.from(field)) : undefined;
}

function validId(bytes: Buffer | undefined, maxBytes = MAX_EVENT_ID_BYTES): string | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > maxBytes) return undefined;
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/**
 * Returns whether the Spark job accepts JSON that `JSON.parse` accepts. It rejects a duplicate name in one object, a lone
 * surrogate, and what exceeds the limits of its parser.
 */
function isStrictJson(json: string): boolean {
  const open: (Set<string> | null)[] = [];
  let text = '';
  for (const [token] of json.matchAll(TOKEN)) {
    const isText = token.startsWith('"');
    const fits = isText ? isWellFormed(token) : token !== ':' || isNewName(text, open.at(-1));
    if (!fits || (!isText && token.length > MAX_NUMBER_CHARACTERS)) return false;
    if (isText) text = token;
    else nest(token, open);
    if (open.length > MAX_NESTING) return false;
  }
  return true;
}

/** Tracks the names of every open object; null for a list. */
function nest(token: string, open: (Set<string> | null)[]): void {
  if (token === '{') open.push(new Set());
  else if (token === '[') open.push(null);
  else if (token === '}' || token === ']') open.pop();
}

function isNewName(token: string, names: Set<string> | null | undefined): boolean {
  const name = unquoted(token);
  if (name.length > MAX_NAME_CHARACTERS || names?.has(name) === true) return false;
  names?.add(name);
  return true;
}

/** Whether the text has no lone surrogate; only an escape can produce one. */
function isWellFormed(token: string): boolean {
  return !/\\u[dD][89a-fA-F]/.test(token) || !/\p{Surrogate}/u.test(unquoted(token));
}

function unquoted(token: string): string {
  return token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1);
}
