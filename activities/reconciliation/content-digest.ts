import { hash } from 'node:crypto';
import type { JsonObject } from '../contracts/json-object';
import { PROVENANCE_FIELD } from '../elasticsearch/provenance';

/** 22 characters of base64 contain the first 16 bytes of a sha256. */
const DIGEST_CHARACTERS = 22;

/** Returns a digest of bytes; null, for a record without a value, has its own digest. */
export function bytesDigest(bytes: Buffer | string | null): string {
  if (bytes === null) return 'none';
  return hash('sha256', bytes, 'base64').slice(0, DIGEST_CHARACTERS);
}

/**
 * Returns a digest of a document, the same for the Kafka value and for the `_source` made from it: it ignores the
 * provenance and whitespace, and includes every value and the order of fields.
 */
export function documentDigest(document: JsonObject): string {
  return bytesDigest(JSON.stringify({ ...document, [PROVENANCE_FIELD]: undefined }));
}
