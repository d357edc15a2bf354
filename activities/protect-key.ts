import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pipelineFailure } from './contracts/failures';

/** Of the text whose digest tells one key from another. */
const FINGERPRINT_OF = 'pipeline-protect-key';
const FINGERPRINT_DIGITS = 16;
const HASH_DIGITS = 32;
const MIN_BYTES = 32;

/** The key under which values are hashed, by HMAC-SHA-256; the Spark job's class of that name reads it too. */
export class ProtectKey {
  constructor(readonly bytes: Buffer) {}

  get fingerprint(): string {
    return this.digest(FINGERPRINT_OF).slice(0, FINGERPRINT_DIGITS);
  }

  /** Returns what an event id becomes. */
  hash(id: string): string {
    return this.digest(id).slice(0, HASH_DIGITS);
  }

  /** In hex, whole. */
  digest(data: string | Buffer): string {
    return createHmac('sha256', this.bytes).update(data).digest('hex');
  }
}

/**
 * Reads a key; a line break at the end of the file does not belong to it.
 *
 * @param file - null if the worker has none
 * @throws ProtectKeyMissing when there is none, or it is too short
 */
export async function readProtectKey(file: string | null): Promise<ProtectKey> {
  if (file === null) throw missing('this worker has none');
  const content = await readFile(file).catch((error: unknown) => {
    throw missing(`it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const bytes = content.subarray(0, /\r?\n$/.exec(content.toString('latin1'))?.index ?? content.length);
  if (bytes.length < MIN_BYTES) throw missing(`it has ${bytes.length} bytes, expected at least ${MIN_BYTES}`);
  return new ProtectKey(bytes);
}

/** @throws ProtectKeyMissing when the file has another key than the generation began with, or none */
export async function protectKeyOf(file: string | null, fingerprint: string): Promise<ProtectKey> {
  const key = await readProtectKey(file);
  if (key.fingerprint === fingerprint) return key;
  throw missing(
    `it has the fingerprint ${key.fingerprint}, and this run began with ${fingerprint}; with another key, start a new run`,
  );
}

/** Returns null where `protectKeyOf` throws. */
export async function protectKeyIfPresent(file: string | null, fingerprint: string): Promise<ProtectKey | null> {
  return await protectKeyOf(file, fingerprint).catch(() => null);
}

function missing(found: string): Error {
  const message = `Expected the key of protected values in the file that PROTECT_KEY_FILE of the worker names, but ${found}.`;
  return pipelineFailure('ProtectKeyMissing', message);
}
