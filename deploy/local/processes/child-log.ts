import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const KEPT_BYTES = 20 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

export interface OpenLog {
  readonly fd: number;
  /** Byte at which the next output will stand. */
  readonly start: number;
}

/** Opens a log for appending; one that has grown long is put aside as `<path>.1` first. */
export function openLog(path: string): OpenLog {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > KEPT_BYTES) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a');
  return { fd, start: fstatSync(fd).size };
}

/** The last lines written since `start`; an unreadable log has none. */
export function lastLines(path: string, start: number, count = 25): string[] {
  try {
    const fd = openSync(path, 'r');
    try {
      const { size } = fstatSync(fd);
      const from = Math.max(start, size - TAIL_BYTES);
      const bytes = Buffer.alloc(Math.max(0, size - from));
      readSync(fd, bytes, 0, bytes.length, from);
      const lines = bytes.toString('utf8').split('\n');
      return lines.filter((line) => line.trim() !== '').slice(-count);
    } finally {
      closeSync(fd);
    }
  } catch {
    return [];
  }
}
