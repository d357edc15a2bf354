import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { Encoding } from '../contracts/file-dialect';

type Bytes = AsyncIterable<Buffer>;

/** Enough for every magic number and byte order mark. */
const HEAD_BYTES = 4;
/** Few enough that even what is compressed best fits into memory. */
const ZSTD_PIECE_BYTES = 4 * 1024;

/** The characters of Windows-1252 from 0x80 to 0x9f; it has none for five of them. */
const WINDOWS_1252 = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

/** Converts one chunk of a text after another; the last one is null. */
type ToUtf8 = (chunk: Buffer | null) => Buffer;

/**
 * Decompresses a file and converts its text to UTF-8, without a byte order mark; shares no code with the publisher. Text that
 * is UTF-8 already stays as it is, with whatever it has that is not.
 */
export async function* decodedText(file: Bytes, encoding: Encoding): AsyncGenerator<Buffer> {
  let toUtf8: ToUtf8 | null = null;
  for await (const chunk of withLargeHead(decompressed(withLargeHead(file)))) {
    const isHead = toUtf8 === null;
    toUtf8 ??= decoderOf(chunk, encoding);
    yield toUtf8(isHead && startsWithMark(chunk) ? chunk.subarray(3) : chunk);
  }
  if (toUtf8 !== null) yield toUtf8(null);
}

/** Joins the first chunks until they have enough bytes to tell the format. */
async function* withLargeHead(bytes: Bytes): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < HEAD_BYTES) continue;
    yield head;
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
}

async function* decompressed(bytes: Bytes): AsyncGenerator<Buffer> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = restored(first.value, iterator);
  if (first.value.readUIntBE(0, Math.min(2, first.value.length)) === 0x1f8b) yield* gunzipped(all);
  else if (first.value.subarray(0, 4).equals(Buffer.of(0x28, 0xb5, 0x2f, 0xfd))) yield* unzstandard(all);
  else yield* all;
}

async function* restored(first: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* gunzipped(bytes: Bytes): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const iterator = bytes[Symbol.asyncIterator]();
  let [all, dataEnd] = [0, 0];
  const take = async (): Promise<Buffer | undefined> => {
    const next = await iterator.next();
    if (next.done === true) return undefined;
    const { value } = next;
    const last = value.findLastIndex((byte) => byte !== 0);
    if (last >= 0) dataEnd = all + last + 1;
    all += value.length;
    return value;
  };
  const source = async function* (): AsyncGenerator<Buffer> {
    for (let chunk = await take(); chunk !== undefined; chunk = await take()) yield chunk;
  };
  // An error also ends the loop over the stream.
  pipeline(source, gunzip).catch(() => undefined);
  yield* gunzip as Bytes;
  // Zeros end it too, whatever is behind them.
  while ((await take()) !== undefined);
  if (gunzip.bytesWritten < dataEnd) throw new Error(`there is data behind the zeros at byte ${gunzip.bytesWritten}`);
}

async function* unzstandard(bytes: Bytes): AsyncGenerator<Buffer> {
  const parts: Uint8Array[] = [];
  const stream = new Decompress((part) => parts.push(part));
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += ZSTD_PIECE_BYTES) {
      stream.push(chunk.subarray(at, at + ZSTD_PIECE_BYTES));
      yield Buffer.concat(parts.splice(0));
    }
  }
  stream.push(Buffer.alloc(0), true);
  yield Buffer.concat(parts.splice(0));
}

/** The mark of UTF-8; those of UTF-16 are left out by its decoder. */
function startsWithMark(head: Buffer): boolean {
  return head.toString('hex', 0, 3) === 'efbbbf';
}

function decoderOf(head: Buffer, encoding: Encoding): ToUtf8 {
  const mark = head.toString('hex', 0, 2);
  if (startsWithMark(head)) return (chunk) => chunk ?? Buffer.alloc(0);
  if (mark === 'feff') return fromUtf16('utf-16be');
  if (mark === 'fffe') return fromUtf16('utf-16le');
  switch (encoding) {
    case 'utf-8':
      return (chunk) => chunk ?? Buffer.alloc(0);
    case 'utf-16':
      return fromUtf16(head[0] === 0 ? 'utf-16be' : 'utf-16le');
    case 'iso-8859-1':
      return (chunk) => Buffer.from(chunk?.toString('latin1') ?? '');
    case 'windows-1252':
      return (chunk) => Buffer.from(fromWindows1252(chunk?.toString('latin1') ?? ''));
  }
}

function fromUtf16(encoding: 'utf-16be' | 'utf-16le'): ToUtf8 {
  const decoder = new TextDecoder(encoding);
  return (chunk) => Buffer.from(chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true }));
}

/** @param latin1 - the bytes, read as ISO-8859-1 */
function fromWindows1252(latin1: string): string {
  return latin1.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80));
}
