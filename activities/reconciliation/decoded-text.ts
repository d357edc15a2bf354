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

/**
 * Decompresses and decodes a file for counting its rows; shares no code with the publisher.
 *
 * Windows-1252 is decoded as ISO-8859-1: they differ only in letters and signs that do not structure a file.
 */
export async function* decodedText(file: Bytes, encoding: Encoding): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  for await (const chunk of withLargeHead(decompressed(withLargeHead(file)))) {
    decoder ??= decoderOf(chunk, encoding);
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder !== null) yield decoder.decode();
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
  // An error also ends the loop over the stream.
  pipeline(bytes, gunzip).catch(() => undefined);
  yield* gunzip as Bytes;
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

function decoderOf(head: Buffer, encoding: Encoding): TextDecoder {
  const mark = head.toString('hex', 0, 3);
  if (mark === 'efbbbf') return new TextDecoder('utf-8');
  if (mark.startsWith('feff')) return new TextDecoder('utf-16be');
  if (mark.startsWith('fffe')) return new TextDecoder('utf-16le');
  if (encoding === 'utf-16') return new TextDecoder(head[0] === 0 ? 'utf-16be' : 'utf-16le');
  return new TextDecoder(encoding === 'utf-8' ? 'utf-8' : 'iso-8859-1');
}
