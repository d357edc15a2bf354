import type { FileHandle } from 'node:fs/promises';
import type { Encoding } from '../../contracts/file-dialect';
import { afterBytes, afterLines, lineEnds, withHead, type ByteStream } from './byte-stream';
import { compressionOf, decompressed, MAGIC_BYTES, type Compression } from './compression';
import { chunks, chunksByPath, type FileFacts } from './file-identity';
import { ResumableText } from './resumable-text';
import { encodingOf, MARK_BYTES, toUtf8, type FoundEncoding } from './text-encoding';

/**
 * The content of a file as UTF-8, decompressed, without a byte order mark, from a position to the end.
 *
 * A position is a number of bytes from the beginning: of the file if its bytes are the text (`isPlain`), else of the text
 * without its mark.
 */
export interface FileText {
  readonly encoding: FoundEncoding;
  /** Of the first chunk. */
  readonly from: number;
  readonly chunks: ByteStream;
  /** Returns the number of the line that contains a position, the first one of the file being 1. */
  readonly lineAt: (position: number) => Promise<number>;
}

export interface TextFile {
  readonly file: FileHandle;
  readonly path: string;
  readonly encoding: Encoding;
  /** Lines at the beginning that are omitted. */
  readonly skipLines: number;
  /** Known if it will be read in several ranges; the text ends with these bytes. */
  readonly facts?: Pick<FileFacts, 'sha256' | 'bytes'>;
}

interface FileShape {
  readonly compression: Compression | null;
  /** Of the bytes that are decompressed already. */
  readonly encoding: FoundEncoding;
  readonly markBytes: number;
}

/**
 * Opens the text at a position; 0 is its beginning.
 *
 * If the bytes of the file are not the text, it is read on where an earlier reader in this process stopped. Without one it
 * is decoded from the beginning, since no byte in the middle tells how many bytes of text are before it.
 *
 * @throws SourceMalformed when it is compressed in a way that cannot be read, or damaged
 */
export async function openText(source: TextFile, position: number): Promise<FileText> {
  const text = await openAt(source, position);
  if (position > 0 || source.skipLines === 0) return text;
  const { omitted, rest } = await afterLines(text.chunks, source.skipLines);
  return { ...text, from: text.from + omitted, chunks: rest };
}

/** How the bytes of a file are its text. */
export interface TextBytes {
  /** Whether positions are those of the file. */
  readonly isPlain: boolean;
  /** Whether bytes that are appended do not change what is before them. */
  readonly mayGrow: boolean;
  /** Of the bytes that are decompressed already. */
  readonly encoding: FoundEncoding;
}

export async function textBytes(source: TextFile): Promise<TextBytes> {
  const { compression, encoding } = await shapeOf(source);
  return { isPlain: compression === null && encoding === 'utf-8', mayGrow: compression === null, encoding };
}

async function openAt(source: TextFile, position: number): Promise<FileText> {
  const { file, path, facts, encoding: given } = source;
  const lineAt = async (end: number): Promise<number> => {
    const { from, chunks: bytes } = await openAt({ file, path, encoding: given, skipLines: 0 }, 0);
    return 1 + (await lineEnds(bytes, end - from));
  };
  const shape = await shapeOf(source);
  if (shape.compression === null && shape.encoding === 'utf-8') {
    const from = position === 0 ? shape.markBytes : position;
    return { encoding: 'utf-8', from, chunks: chunks(file, path, from, facts?.bytes), lineAt };
  }
  const key = facts === undefined ? null : JSON.stringify([path, facts.sha256, given]);
  const left = key === null ? null : ResumableText.resume(key, position);
  const text = left ?? (await decoded(source, shape));
  return { encoding: text.encoding, from: position, chunks: text.read(position, key), lineAt };
}

async function decoded({ path, facts, encoding: given }: TextFile, shape: FileShape): Promise<ResumableText> {
  const { compression, encoding, markBytes } = shape;
  const bytes = chunksByPath(path, facts?.bytes);
  if (compression === null) return new ResumableText(encoding, toUtf8(afterBytes(bytes, markBytes), encoding));
  const { head, all } = await withHead(decompressed(bytes, compression, path), MARK_BYTES);
  const inner = encodingOf(head, given);
  return new ResumableText(inner.encoding, toUtf8(afterBytes(all, inner.markBytes), inner.encoding));
}

async function shapeOf({ file, path, encoding }: TextFile): Promise<FileShape> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAGIC_BYTES), position: 0 });
  const head = buffer.subarray(0, bytesRead);
  return { compression: compressionOf(head, path), ...encodingOf(head, encoding) };
}
