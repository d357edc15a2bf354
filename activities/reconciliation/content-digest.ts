import { hash } from 'node:crypto';
import { isObject, type JsonObject } from '../contracts/json-object';
import { PROVENANCE_FIELD } from '../elasticsearch/provenance';

/** 22 characters of base64 contain the first 16 bytes of a sha256. */
const DIGEST_CHARACTERS = 22;

/** Returns a digest of bytes; null, for a record without a value, has its own digest. */
export function bytesDigest(bytes: Buffer | string | null): string {
  if (bytes === null) return 'none';
  return hash('sha256', bytes, 'base64').slice(0, DIGEST_CHARACTERS);
}

/**
 * Returns a digest of a document, the same for the Kafka value and for the `_source` made from it by any writer: it ignores
 * the provenance, whitespace, the order of fields at every depth and how a number is written (`1`, `1.0` and `1e0` are one
 * double), and includes every name and value.
 *
 * @param alsoLeftOut - a field that is ignored as well
 */
export function documentDigest(document: JsonObject, alsoLeftOut?: string): string {
  return bytesDigest(objectText(document, PROVENANCE_FIELD, alsoLeftOut));
}

/**
 * Fields in the order of their names. Texts have their length before them instead of escapes, and all is concatenated by
 * hand: this runs for every record.
 */
function objectText(object: JsonObject, leftOut?: string, alsoLeftOut?: string): string {
  let text = '{';
  for (const name of Object.keys(object).sort()) {
    if (name !== leftOut && name !== alsoLeftOut) text += `${name.length}:${name}${valueText(object[name])},`;
  }
  return `${text}}`;
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return `"${value.length}:${value}`;
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  return isObject(value) ? objectText(value) : String(value);
}
