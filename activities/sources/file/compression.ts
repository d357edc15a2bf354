import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { pipelineFailure } from '../../contracts/failures';
import type { ByteStream } from './byte-stream';

export type Compression = 'gzip' | 'zstd';

/** First bytes of formats, long enough to be no text, and what to do with those that cannot be read. */
const FORMATS: readonly { readonly magic: Buffer; readonly is: Compression | { readonly refused: string } }[] = [
  { magic: Buffer.of(0x1f, 0x8b), is: 'gzip' },
  { magic: Buffer.of(0x28, 0xb5, 0x2f, 0xfd), is: 'zstd' },
  {
    magic: Buffer.from('PK\x03\x04'),
    is: { refused: 'a ZIP archive or an Excel workbook. Extract or export the CSV' },
  },
  { magic: Buffer.from('BZh91AY&SY'), is: { refused: 'compressed with bzip2. Decompress it, or use gzip or zstd' } },
  {
    magic: Buffer.of(0xfd, 0x37, 0x7a, 0x58),
    is: { refused: 'compressed with xz. Decompress it, or use gzip or zstd' },
  },
  { magic: Buffer.from('PAR1\x15'), is: { refused: 'a Parquet file. Convert it to CSV or NDJSON' } },
];

/** Length of the longest. */
export const MAGIC_BYTES = 10;

const GZIP_CHUNK_BYTES = 256 * 1024;
/** Decompressed at once; the smallest block of zstd has 4 bytes for 128 KiB of data, so this bounds the memory. */
const ZSTD_PIECE_BYTES = 4 * 1024;

/**
 * Returns the compression of a file that begins with these bytes; null if there is none.
 *
 * @throws SourceMalformed when they belong to a format that cannot be read
 */
export function compressionOf(head: Buffer, path: string): Compression | null {
  const found = FORMATS.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  if (found === undefined) return null;
  if (typeof found.is === 'string') return found.is;
  throw pipelineFailure('SourceMalformed', `source.path: ${resolve(path)} is ${found.is.refused}.`, { path });
}

/**
 * Decompresses chunk by chunk.
 *
 * @throws SourceMalformed when the bytes are damaged or cut off
 */
export function decompressed(bytes: ByteStream, compression: Compression, path: string): ByteStream {
  return compression === 'gzip' ? gunzipped(bytes, path) : unzstandard(bytes, path);
}

async function* gunzipped(bytes: ByteStream, path: string): ByteStream {
  const gunzip = createGunzip({ chunkSize: GZIP_CHUNK_BYTES });
  let [readBytes, endOfOthers] = [0, 0];
  /** The next chunk; it notes where the last byte ends that is not zero. */
  const next = async (): Promise<Buffer | null> => {
    const result = await bytes.next();
    if (result.done === true) return null;
    const length = lengthWithoutZeros(result.value);
    if (length > 0) endOfOthers = readBytes + length;
    readBytes += result.value.length;
    return result.value;
  };
  const feed = async function* (): ByteStream {
    for (let chunk = await next(); chunk !== null; chunk = await next()) yield chunk;
  };
  // If it fails, reading from the stream fails with the same error.
  const feeding = pipeline(feed, gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
    // Node ends without an error at a zero, which may be padding; more data may follow it.
    while ((await next()) !== null);
    if (gunzip.bytesWritten < endOfOthers) {
      throw damaged(path, 'gzip', new Error(`data follows the zeros at byte ${gunzip.bytesWritten}`));
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw code.startsWith('Z_') ? damaged(path, 'gzip', error) : error;
  } finally {
    gunzip.destroy();
    await feeding;
    await bytes.return(undefined);
  }
}

function lengthWithoutZeros(bytes: Buffer): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return length;
}

async function* unzstandard(bytes: ByteStream, path: string): ByteStream {
  let found: Buffer[] = [];
  const stream = new Decompress((part) => {
    if (part.length > 0) found.push(Buffer.from(part.buffer, part.byteOffset, part.length));
  });
  const take = (piece: Buffer, isLast: boolean): Buffer[] => {
    try {
      stream.push(piece, isLast);
    } catch (error) {
      throw damaged(path, 'zstd', error);
    }
    const taken = found;
    found = [];
    return taken;
  };
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += ZSTD_PIECE_BYTES) {
      yield* take(chunk.subarray(at, at + ZSTD_PIECE_BYTES), false);
    }
  }
  yield* take(Buffer.alloc(0), true);
}

function damaged(path: string, compression: Compression, error: unknown): Error {
  const message =
    `source.path: ${resolve(path)} cannot be decompressed with ${compression} (${(error as Error).message}). ` +
    'It is damaged or cut off: copy it again.';
  return pipelineFailure('SourceMalformed', message, { path, cause: error });
}
