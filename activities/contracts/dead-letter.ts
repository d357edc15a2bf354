import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '../kafka/types';
import { EVENT_ID_HEADER, MAX_ORIGINAL_BYTES, REDRIVE_HEADER, RUN_HEADER, type DeadLetter } from './record';

/** A dead letter before its original is measured, cut and encoded. */
export interface DeadLetterDraft extends Omit<DeadLetter, 'original' | 'originalLength' | 'originalSha256'> {
  readonly key: string | Buffer | null;
  readonly original: Buffer;
  readonly run: string;
  /** How often it was redriven; absent or 0: never. Stands in a header, outside the letter's content. */
  readonly redrive?: number;
}

/**
 * Makes the record for the dead-letter topic; equal drafts make equal bytes.
 *
 * A key longer than `MAX_ORIGINAL_BYTES` is left out, so that no letter outgrows its topic.
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
