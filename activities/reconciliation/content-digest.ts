import { hash } from 'node:crypto';
import { PROVENANCE_FIELD } from '../elasticsearch/provenance';

/** 22 characters of base64 carry the first 16 bytes of a sha256. */
const DIGEST_CHARACTERS = 22;

/** A JSON object whose fields nobody has checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Digest of bytes as they are; a record without a value has one of its own. */
export function bytesDigest(bytes: Buffer | string | null): string {
  if (bytes === null) return 'none';
  return hash('sha256', bytes, 'base64').slice(0, DIGEST_CHARACTERS);
}

/**
 * Digest of what a document says, the same for the Kafka value and for the `_source` that was made of it: the provenance
 * is left out, and so is whitespace; the order of fields and every value count.
 */
export function documentDigest(document: JsonObject): string {
  return bytesDigest(JSON.stringify({ ...document, [PROVENANCE_FIELD]: undefined }));
}

/** The one JSON object these bytes are; undefined when they are anything else. */
export function parseObject(bytes: Buffer | null): JsonObject | undefined {
  if (bytes === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
