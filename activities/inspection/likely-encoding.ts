import { isUtf8 } from 'node:buffer';
import type { Encoding } from '../contracts/file-dialect';
import { encodingOf, type FoundEncoding } from '../sources/file/text-encoding';

/** The encoding of a text, and the setting that it needs; null if it is recognised without one. */
export interface LikelyEncoding {
  readonly found: FoundEncoding;
  readonly setting: Encoding | null;
  /** Whether another encoding with one byte for each character would read it too. */
  readonly isGuess: boolean;
}

/** A character of UTF-8 has at most four bytes, so the last one may be cut off. */
const MAX_CUT_BYTES = 3;
/** In UTF-16, every second byte of text in Latin letters is zero. */
const MIN_ZEROS = 0.3;

/** Tells the encoding by its mark or by what the first bytes can be. */
export function likelyEncoding(head: Buffer, isWhole: boolean): LikelyEncoding {
  const { encoding, markBytes } = encodingOf(head, 'utf-8');
  if (markBytes > 0) return { found: encoding, setting: null, isGuess: false };
  const wide = wideEncoding(head);
  if (wide !== null) return { found: wide, setting: 'utf-16', isGuess: false };
  const cuts = isWhole ? [0] : Array.from({ length: MAX_CUT_BYTES + 1 }, (_none, cut) => cut);
  if (cuts.some((cut) => isUtf8(head.subarray(0, head.length - cut)))) {
    return { found: 'utf-8', setting: null, isGuess: false };
  }
  return { found: 'windows-1252', setting: 'windows-1252', isGuess: true };
}

/** UTF-16 without a mark: the zero bytes are all at even places, or all at odd ones. */
function wideEncoding(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  const zeros = [0, 0];
  head.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (odd > head.length * MIN_ZEROS && even < odd / 20) return 'utf-16le';
  return even > head.length * MIN_ZEROS && odd < even / 20 ? 'utf-16be' : null;
}
