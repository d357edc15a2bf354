import { fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const MAX_BYTES = 20 * 1024 * 1024;

export interface LogFile {
  readonly path: string;
  readonly fd: number;
  /** Byte at which the next output will stand. */
  readonly start: number;
}

/** Opens a log for appending; one that has grown long is put aside as `<path>.1` first. */
export function openLog(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a');
  return { path, fd, start: fstatSync(fd).size };
}

/** The last lines written since byte `start`; a log that cannot be read has none. */
export function lastLines(path: string, start: number, count = 25): string[] {
  try {
    const lines = readFileSync(path).subarray(start).toString('utf8').split('\n');
    return lines.filter((line) => line.trim() !== '').slice(-count);
  } catch {
    return [];
  }
}
