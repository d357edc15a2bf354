import { statSync } from 'node:fs';
import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding';
import { nearestExisting } from './folders';

const GIGABYTE = 1e9;
/** Downloads, what the clients keep of them in caches of their own, and the compiler's intermediate files. */
const INSTALL_BYTES = 5 * GIGABYTE;
/** Elasticsearch refuses to write when less than 0.5 GB is left. */
const RUN_BYTES = GIGABYTE;

/** A folder that is written to, and the setting that moves it elsewhere. */
interface WrittenFolder {
  readonly setting: 'PIPELINE_CACHE_DIR' | 'PIPELINE_STATE_DIR';
  readonly path: string;
  readonly neededBytes: number;
}

export interface ExaminedFolders {
  readonly cache: string;
  readonly state: string;
  /** Whether something is still to be installed. */
  readonly installing: boolean;
}

/** Bytes that may still be written at a path that exists. */
export async function freeBytesAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Looks whether cache and state folder can be written to and have room; neither needs to exist. */
export async function examineFolders(
  { cache, state, installing }: ExaminedFolders,
  freeBytes = freeBytesAt,
): Promise<Finding[]> {
  const neededBytes = installing ? INSTALL_BYTES : RUN_BYTES;
  const folders: WrittenFolder[] = [
    { setting: 'PIPELINE_CACHE_DIR', path: cache, neededBytes },
    { setting: 'PIPELINE_STATE_DIR', path: state, neededBytes: RUN_BYTES },
  ];
  const onDisks = statSync(nearestExisting(cache)).dev === statSync(nearestExisting(state)).dev ? [0] : [0, 1];
  return [
    ...(await Promise.all(folders.map(examineWriting))),
    ...(await Promise.all(
      folders.filter((_, index) => onDisks.includes(index)).map((folder) => examineRoom(folder, freeBytes)),
    )),
  ];
}

/** By writing: permission bits say nothing of a read-only disk. */
async function examineWriting({ setting, path }: WrittenFolder): Promise<Finding> {
  const existing = nearestExisting(path);
  try {
    await rmdir(await mkdtemp(join(existing, '.doctor-')));
    return { found: `${path} can be written to` };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { wrong: `${path} cannot be written to: ${existing} answers ${code}. Set ${setting} to another folder.` };
  }
}

async function examineRoom(
  { setting, path, neededBytes }: WrittenFolder,
  freeBytes: typeof freeBytesAt,
): Promise<Finding> {
  const free = await freeBytes(nearestExisting(path));
  const freeText = `${(free / GIGABYTE).toFixed(1)} GB free at ${path}`;
  if (free >= neededBytes) return { found: freeText };
  const needed = `${(neededBytes / GIGABYTE).toFixed(0)} GB`;
  return { wrong: `Too little disk: ${freeText}, and ${needed} are needed. Make room, or set ${setting} elsewhere.` };
}
