import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipelineFailure } from '../../contracts/failures';
import { yieldToEventLoop } from '../../heartbeat';
import type { ByteStream } from './byte-stream';

/** The identity and shape of a file before it is published. What is appended to it later is not read. */
export interface FileFacts {
  readonly sha256: string;
  readonly bytes: number;
  /** Epoch ms, whole. */
  readonly modifiedMs: number;
  /** Of a CSV, in order; null for NDJSON. */
  readonly columns: readonly string[] | null;
  /** For the report of the run, about a last line that is or was not whole. */
  readonly notes: readonly string[];
}

type FileIdentity = Omit<FileFacts, 'columns' | 'notes'>;
type SizeAndTime = Pick<FileFacts, 'bytes' | 'modifiedMs'>;

const CHUNK_BYTES = 256 * 1024;

/** @throws SourceMissing when there is no such file, or it cannot be read, or it is not a regular file */
export async function openFile(path: string): Promise<FileHandle> {
  // Opening a pipe would block, so its kind is checked first.
  const facts = await stat(path).catch(failAbout(path));
  if (facts.isFile()) return open(path, 'r').catch(failAbout(path));
  const kind = facts.isDirectory() ? 'is a folder' : 'is not a regular file';
  throw pipelineFailure('SourceMissing', `source.path: ${resolve(path)} ${kind}. Give the path of a file.`, { path });
}

/** How much of a file has to stay as it was. */
export interface Constancy {
  /** Whether bytes may be appended: they are left for a later run. */
  readonly mayGrow: boolean;
  /** Whether a file that has grown is read again, to see that it has only grown. */
  readonly isThorough?: boolean;
}

/**
 * Reads the file as long as it is now, and returns its identity.
 *
 * @param heartbeat - called for every chunk
 * @throws SourceChanged when it changes meanwhile and does not just grow
 */
export async function identify(
  file: FileHandle,
  path: string,
  { mayGrow }: Constancy,
  heartbeat: () => void,
): Promise<FileIdentity> {
  const before = await sizeAndTime(file, path);
  const sha256 = await digestOf(file, path, before.bytes, heartbeat);
  const after = await sizeAndTime(file, path);
  if (!sameSizeAndTime(before, after) && !(mayGrow && after.bytes > before.bytes)) {
    const message = `source.path: ${resolve(path)} is being written. Start again when it is complete.`;
    throw pipelineFailure('SourceChanged', message, { path });
  }
  return { sha256, ...before };
}

/**
 * Checks that the path still has the same content; computes the sha256 again only if size or time differ.
 *
 * @throws SourceChanged when the content differs
 * @throws SourceMissing when the file no longer exists
 */
export async function assertUnchanged(
  path: string,
  expected: FileIdentity,
  { mayGrow, isThorough = true }: Constancy,
  heartbeat: () => void,
): Promise<void> {
  const file = await openFile(path);
  try {
    const found = await sizeAndTime(file, path);
    if (sameSizeAndTime(found, expected)) return;
    const hasGrown = mayGrow && found.bytes > expected.bytes;
    if (hasGrown && !isThorough) return;
    const sha256 = await digestOf(file, path, hasGrown ? expected.bytes : found.bytes, heartbeat);
    if (sha256 === expected.sha256) return;
    throw pipelineFailure(
      'SourceChanged',
      `source.path: ${resolve(path)} is no longer the file that was inspected at the start ` +
        `(sha256 ${expected.sha256.slice(0, 16)}…, now ${sha256.slice(0, 16)}…). Start a new run with the file as it is.`,
    );
  } finally {
    await file.close();
  }
}

export async function digestOf(file: FileHandle, path: string, bytes: number, heartbeat: () => void): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks(file, path, 0, bytes)) {
    hash.update(chunk);
    heartbeat();
  }
  return hash.digest('hex');
}

/**
 * Reads from a byte position to another one, or to the end of the file.
 *
 * @throws CancelledFailure when the activity is cancelled
 */
export async function* chunks(file: FileHandle, path: string, from: number, to = Infinity): ByteStream {
  for (let position = from; position < to;) {
    const chunk = await readChunk(file, path, position, to);
    if (chunk.length === 0) return;
    position += chunk.length;
    yield chunk;
    await yieldToEventLoop();
  }
}

/** Reads a file up to a byte position, or to its end; it is open only while a chunk is read, and no activity is needed. */
export async function* chunksByPath(path: string, to = Infinity): ByteStream {
  for (let position = 0; position < to;) {
    const chunk = await chunkAt(path, position, to);
    if (chunk.length === 0) return;
    position += chunk.length;
    yield chunk;
  }
}

async function chunkAt(path: string, position: number, to: number): Promise<Buffer> {
  const file = await openFile(path);
  try {
    return await readChunk(file, path, position, to);
  } finally {
    await file.close();
  }
}

async function readChunk(file: FileHandle, path: string, position: number, to: number): Promise<Buffer> {
  const target = { buffer: Buffer.allocUnsafe(CHUNK_BYTES), position, length: Math.min(CHUNK_BYTES, to - position) };
  const { bytesRead, buffer } = await file.read(target).catch(failAbout(path));
  return buffer.subarray(0, bytesRead);
}

async function sizeAndTime(file: FileHandle, path: string): Promise<SizeAndTime> {
  const { size, mtimeMs } = await file.stat().catch(failAbout(path));
  return { bytes: size, modifiedMs: Math.trunc(mtimeMs) };
}

function sameSizeAndTime(one: SizeAndTime, other: SizeAndTime): boolean {
  return one.bytes === other.bytes && one.modifiedMs === other.modifiedMs;
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist on this machine. Give the path of a file that the worker can see.',
  ENOTDIR: 'does not exist on this machine. Give the path of a file that the worker can see.',
  EACCES: 'cannot be read by the worker. Give its user read permission.',
  EPERM: 'cannot be read by the worker. Give its user read permission.',
};

/** For `catch`: throws an error of the file system as a type of the failure table. */
function failAbout(path: string): (error: unknown) => never {
  return (error) => {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const [subject, details] = [`source.path: ${resolve(path)}`, { path, cause: error }];
    const problem = FILE_ERRORS[code];
    throw problem === undefined
      ? pipelineFailure('ServiceUnavailable', `${subject} could not be read (${message}).`, details)
      : pipelineFailure('SourceMissing', `${subject} ${problem}`, details);
  };
}
