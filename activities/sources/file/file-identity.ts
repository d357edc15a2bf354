import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipelineFailure } from '../../contracts/failures';
import { yieldToEventLoop } from '../../heartbeat';
import { fileFailure } from './file-failure';

/** What tells one content of a path from another. */
export interface FileIdentity {
  readonly sha256: string;
  readonly bytes: number;
  /** Epoch ms, whole. */
  readonly modifiedMs: number;
}

/** Read at a time. */
const CHUNK_BYTES = 256 * 1024;

/** @throws SourceMissing when there is no such file, or it may not be read, or it is no file */
export async function openFile(path: string): Promise<FileHandle> {
  const asFailure = (error: unknown): never => {
    throw fileFailure(error, path);
  };
  // Opening a pipe would block, so its kind is asked first.
  const facts = await stat(path).catch(asFailure);
  if (facts.isFile()) return open(path, 'r').catch(asFailure);
  const kind = facts.isDirectory() ? 'is a folder' : 'is no regular file';
  throw pipelineFailure('SourceMissing', `source.path: ${resolve(path)} ${kind}. Give the path of a file.`, { path });
}

/**
 * Reads the whole file to know its identity.
 *
 * @param beat - called for every chunk
 * @throws SourceChanged when it changes meanwhile
 */
export async function identify(file: FileHandle, path: string, beat: () => void): Promise<FileIdentity> {
  const before = await sizeAndTime(file, path);
  const hash = createHash('sha256');
  for await (const chunk of chunks(file, path, 0)) {
    hash.update(chunk);
    beat();
  }
  const after = await sizeAndTime(file, path);
  if (!sameSizeAndTime(before, after)) {
    throw pipelineFailure(
      'SourceChanged',
      `source.path: ${resolve(path)} is being written. Start again when it is complete.`,
      { path },
    );
  }
  return { sha256: hash.digest('hex'), ...after };
}

/**
 * Makes sure that the path still holds what it held; its sha256 is taken again only when size or time differ.
 *
 * @throws SourceChanged when it does not
 * @throws SourceMissing when it is gone
 */
export async function assertUnchanged(path: string, expected: FileIdentity, beat: () => void): Promise<void> {
  const file = await openFile(path);
  try {
    if (sameSizeAndTime(await sizeAndTime(file, path), expected)) return;
    const { sha256 } = await identify(file, path, beat);
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

/**
 * Reads from a byte position to the end.
 *
 * @throws CancelledFailure when the activity is cancelled
 */
export async function* chunks(file: FileHandle, path: string, from: number): AsyncGenerator<Buffer> {
  for (let position = from; ;) {
    const { bytesRead, buffer } = await file
      .read({ buffer: Buffer.allocUnsafe(CHUNK_BYTES), position })
      .catch((error: unknown) => {
        throw fileFailure(error, path);
      });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
    await yieldToEventLoop();
  }
}

async function sizeAndTime(file: FileHandle, path: string): Promise<Omit<FileIdentity, 'sha256'>> {
  const { size, mtimeMs } = await file.stat().catch((error: unknown) => {
    throw fileFailure(error, path);
  });
  return { bytes: size, modifiedMs: Math.trunc(mtimeMs) };
}

function sameSizeAndTime(one: Omit<FileIdentity, 'sha256'>, other: Omit<FileIdentity, 'sha256'>): boolean {
  return one.bytes === other.bytes && one.modifiedMs === other.modifiedMs;
}
