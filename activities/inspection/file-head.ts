import { fileDialect, type DialectOptions } from '../contracts/file-dialect';
import { withHead } from '../sources/file/byte-stream';
import { compressionOf, decompressed, MAGIC_BYTES, type Compression } from '../sources/file/compression';
import { chunksByPath, openFile } from '../sources/file/file-identity';
import { openText } from '../sources/file/file-text';
import { likelyEncoding, type LikelyEncoding } from './likely-encoding';

/** The beginning of a file as text. */
export interface FileHead {
  readonly compression: Compression | null;
  readonly encoding: LikelyEncoding;
  /** In UTF-8, without a byte order mark; ends with a whole line, unless the file ends there. */
  readonly text: Buffer;
  /** Whether this is all of the file. */
  readonly isWhole: boolean;
}

const HEAD_BYTES = 256 * 1024;

/**
 * Reads the beginning of a file, and tells how it is compressed and encoded.
 *
 * @throws SourceMissing when there is no such file, or it cannot be read
 * @throws SourceMalformed when it has a format that cannot be read, or its compressed bytes are damaged
 */
export async function fileHead(path: string, given: DialectOptions): Promise<FileHead> {
  const compression = await compressionAt(path);
  const all = chunksByPath(path);
  const bytes = compression === null ? all : decompressed(all, compression, path);
  const { head, all: rest } = await withHead(bytes, HEAD_BYTES);
  await rest.return(undefined);
  const encoding = likelyEncoding(head, head.length < HEAD_BYTES);
  const file = await openFile(path);
  try {
    const dialect = fileDialect({ encoding: encoding.setting ?? 'utf-8', ...given });
    const { chunks } = await openText({ file, path, encoding: dialect.encoding, skipLines: 0 }, 0);
    const { head: text, all: more } = await withHead(chunks, HEAD_BYTES);
    await more.return(undefined);
    const isWhole = text.length < HEAD_BYTES;
    return { compression, encoding, text: isWhole ? text : wholeLines(text), isWhole };
  } finally {
    await file.close();
  }
}

async function compressionAt(path: string): Promise<Compression | null> {
  const file = await openFile(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAGIC_BYTES), position: 0 });
    return compressionOf(buffer.subarray(0, bytesRead), path);
  } finally {
    await file.close();
  }
}

function wholeLines(text: Buffer): Buffer {
  const end = text.lastIndexOf('\n') + 1;
  return end === 0 ? text : text.subarray(0, end);
}
