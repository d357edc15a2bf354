import { decode } from 'iconv-lite';
import type { Encoding } from '../../contracts/file-dialect';
import type { ByteStream } from './byte-stream';

/** UTF-16 with its byte order. */
export type FoundEncoding = Exclude<Encoding, 'utf-16'> | 'utf-16le' | 'utf-16be';

/** What to do with text that is not UTF-8. */
export const LIKELY_ENCODING = 'It is probably Windows-1252: set source.encoding to "windows-1252".';

/** Longest byte order mark. */
export const MARK_BYTES = 3;

const MARKS: readonly { readonly mark: Buffer; readonly encoding: FoundEncoding }[] = [
  { mark: Buffer.of(0xef, 0xbb, 0xbf), encoding: 'utf-8' },
  { mark: Buffer.of(0xff, 0xfe), encoding: 'utf-16le' },
  { mark: Buffer.of(0xfe, 0xff), encoding: 'utf-16be' },
];

/** A byte order mark takes precedence; UTF-16 without one is big-endian if it begins with a zero byte. */
export function encodingOf(
  head: Buffer,
  given: Encoding,
): { readonly encoding: FoundEncoding; readonly markBytes: number } {
  const marked = MARKS.find(({ mark }) => head.subarray(0, mark.length).equals(mark));
  if (marked !== undefined) return { encoding: marked.encoding, markBytes: marked.mark.length };
  if (given !== 'utf-16') return { encoding: given, markBytes: 0 };
  return { encoding: head[0] === 0 ? 'utf-16be' : 'utf-16le', markBytes: 0 };
}

/** Converts text to UTF-8. In UTF-16, what is no character becomes U+FFFD; every byte of the other encodings is one. */
export async function* toUtf8(bytes: ByteStream, encoding: FoundEncoding): ByteStream {
  if (encoding === 'utf-8') {
    yield* bytes;
  } else if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    // Node's own decoder keeps a character that two chunks share; iconv-lite splits it in big-endian text.
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
  } else {
    // Several versions of Node read Windows-1252 as ISO-8859-1.
    for await (const chunk of bytes) yield Buffer.from(decode(chunk, encoding));
  }
}
