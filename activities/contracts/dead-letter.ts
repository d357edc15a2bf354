import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '../kafka/types';
import type { ProtectKey } from '../protect-key';
import type { JsonObject } from './json-object';
import {
  EVENT_ID_HEADER,
  MAX_ORIGINAL_BYTES,
  PROTECTED_HEADER,
  REDRIVE_HEADER,
  RUN_HEADER,
  type DeadLetter,
} from './record';

/** A dead letter before its original is hashed, truncated and encoded. */
export interface DeadLetterDraft extends Omit<
  DeadLetter,
  'original' | 'originalLength' | 'originalSha256' | 'originalHmac'
> {
  readonly key: string | Buffer | null;
  readonly original: Buffer;
  readonly run: string;
  /** How many times it was redriven; default 0. Becomes a header, not part of the value. */
  readonly redrive?: number;
  /** Set if the pipeline protects values: the letter keeps none. */
  readonly protect?: ProtectedLetter | undefined;
}

interface ProtectedLetter {
  readonly keyFingerprint: string;
  /** Null if the worker does not have it: then the letter has no digest. */
  readonly key: Pick<ProtectKey, 'digest'> | null;
}

/**
 * Creates the record for the dead-letter topic; equal drafts give equal bytes.
 *
 * A key longer than `MAX_ORIGINAL_BYTES` is dropped, so that no dead letter exceeds the limit of its topic. The key of a
 * protected one is its id, which keeps the dead letters of one record in their order.
 */
export function deadLetterRecord({
  key,
  original,
  run,
  redrive = 0,
  protect,
  ...rest
}: DeadLetterDraft): OutgoingRecord {
  const letter: DeadLetter = {
    ...rest,
    originalLength: original.length,
    ...(protect === undefined ? keptOriginal(original) : keyedDigest(original, protect)),
  };
  const ownKey = key !== null && Buffer.byteLength(key) <= MAX_ORIGINAL_BYTES ? key : null;
  return {
    key: protect === undefined ? ownKey : rest.id,
    value: JSON.stringify(letter),
    headers: {
      [EVENT_ID_HEADER]: rest.id,
      [RUN_HEADER]: run,
      ...(redrive === 0 ? {} : { [REDRIVE_HEADER]: String(redrive) }),
      ...(protect === undefined ? {} : { [PROTECTED_HEADER]: protect.keyFingerprint }),
    },
  };
}

function keptOriginal(original: Buffer): Pick<DeadLetter, 'original' | 'originalSha256'> {
  return {
    originalSha256: createHash('sha256').update(original).digest('hex'),
    original: original.subarray(0, MAX_ORIGINAL_BYTES).toString('base64'),
  };
}

function keyedDigest(original: Buffer, { key }: ProtectedLetter): Pick<DeadLetter, 'originalHmac'> {
  return key === null ? {} : { originalHmac: key.digest(original) };
}

/** Returns the original of a dead letter; null if the dead letter has no more than its beginning, or is protected. */
export function wholeOriginal({ original, originalLength }: JsonObject): Buffer | null {
  if (typeof original !== 'string') return null;
  const bytes = Buffer.from(original, 'base64');
  return bytes.length === originalLength ? bytes : null;
}
