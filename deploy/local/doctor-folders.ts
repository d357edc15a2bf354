import { statSync } from 'node:fs';
import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding';
import { nearestExisting } from './folders';

const GIGABYTE = 1e9;
/** Downloads, and what the clients keep of them in caches of their own. */
const INSTALL_GIGABYTES = 5;
/** Elasticsearch refuses to write when less than 0.5 GB is left. */
const RUN_GIGABYTES = 1;

/** A folder that is written to, and the setting that moves it elsewhere. */
interface WrittenFolder {
  readonly setting: 'PIPELINE_CACHE_DIR' | 'PIPELINE_STATE_DIR';
  readonly path: string;
  readonly neededGigabytes: number;
}

/** Looks whether cache and state folder can be written to and their disks have room; neither needs to exist. */
export async function examineFolders(
  { cache, state, installing }: { readonly cache: string; readonly state: string; readonly installing: boolean },
  freeBytes = async (path: string) => statfs(path).then(({ bavail, bsize }) => bavail * bsize),
): Promise<Finding[]> {
  const folders: WrittenFolder[] = [
    { setting: 'PIPELINE_CACHE_DIR', path: cache, neededGigabytes: installing ? INSTALL_GIGABYTES : RUN_GIGABYTES },
    { setting: 'PIPELINE_STATE_DIR', path: state, neededGigabytes: RUN_GIGABYTES },
  ];
  const diskOf = ({ path }: WrittenFolder): number => statSync(nearestExisting(path)).dev;
  const firstOnDisk = folders.filter((folder) => folder === folders.find((each) => diskOf(each) === diskOf(folder)));
  return Promise.all([
    ...folders.map(examineWriting),
    ...firstOnDisk.map(async (folder) => examineRoom(folder, await freeBytes(nearestExisting(folder.path)))),
  ]);
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

function examineRoom({ setting, path, neededGigabytes: needed }: WrittenFolder, freeBytes: number): Finding {
  const free = `${(freeBytes / GIGABYTE).toFixed(1)} GB free at ${path}`;
  if (freeBytes >= needed * GIGABYTE) return { found: free };
  return { wrong: `Too little disk: ${free}, and ${needed} GB are needed. Make room, or set ${setting} elsewhere.` };
}
