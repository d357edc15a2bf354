import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '../kafka/types';
import type { JsonObject } from './json-object';
import { EVENT_ID_HEADER, MAX_ORIGINAL_BYTES, REDRIVE_HEADER, RUN_HEADER, type DeadLetter } from './record';

/** A dead letter before its original is hashed, truncated and encoded. */
export interface DeadLetterDraft extends Omit<DeadLetter, 'original' | 'originalLength' | 'originalSha256'> {
  readonly key: string | Buffer | null;
  readonly original: Buffer;
  readonly run: string;
  /** How many times it was redriven; default 0. Becomes a header, not part of the value. */
  readonly redrive?: number;
}

/**
 * Creates the record for the dead-letter topic; equal drafts give equal bytes.
 *
 * A key longer than `MAX_ORIGINAL_BYTES` is dropped, so that no dead letter exceeds the limit of its topic.
 */
export function deadLetterRecord({ key, original, run, redrive = 0, ...rest }: DeadLetterDraft): OutgoingRecord {
  const letter: DeadLetter = {
    ...rest,
    originalLength: original.length,
    originalSha256: createHash('sha256').update(original).digest('hex'),
    original: original.subarray(0, MAX_ORIGINAL_BYTES).toString('base64'),
  };
  return {
    key: key !== null && Buffer.byteLength(key) <= MAX_ORIGINAL_BYTES ? key : null,
    value: JSON.stringify(letter),
    headers: {
      [EVENT_ID_HEADER]: rest.id,
      [RUN_HEADER]: run,
      ...(redrive === 0 ? {} : { [REDRIVE_HEADER]: String(redrive) }),
    },
  };
}

/** Returns the original of a dead letter; null if the dead letter has no more than its beginning. */
export function wholeOriginal({ original, originalLength }: JsonObject): Buffer | null {
  const bytes = Buffer.from(String(original), 'base64');
  return bytes.length === originalLength ? bytes : null;
}
