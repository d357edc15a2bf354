import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { identify } from '../processes/identity';
import { type InstallOptions, InstallTask, type PartName } from './install-task';

/** Written last, after everything else was verified. */
const MARKER = '.verified';

/** One thing to be put on the machine, in a folder of its own below the cache folder. */
export interface Part {
  readonly name: PartName;
  readonly version: string;
  /** Everything that decides what is installed; a part with other pins is another part. */
  readonly pins: unknown;
  /** A file that is there, through all links, whenever the part is whole. */
  readonly proof: string;
  /** Puts the whole part into an empty folder, and returns after it was verified. The folder is renamed afterwards. */
  readonly fill: (folder: string, task: InstallTask) => Promise<void>;
}

/** Where a part stands once it is installed. */
export function partFolder({ name, version, pins }: Part, cache: string): string {
  const hash = createHash('sha256').update(JSON.stringify([name, version, pins]));
  return join(cache, `${name}-${version}-${hash.digest('hex').slice(0, 8)}`);
}

/** Whether the whole part is there; cheap, since the marker of a part tells that it was verified. */
export function isInstalled(part: Part, cache: string): boolean {
  return [part.proof, MARKER].every((file) => existsSync(join(partFolder(part, cache), file)));
}

/**
 * Installs a part unless it is there. A part is never seen half-done: it is filled beside its place and renamed.
 * Two processes may do so at once; the first to end wins.
 *
 * @throws {@link StackError} when a client fails or a checksum is wrong; nothing is left behind then
 */
export async function installPart(part: Part, options: InstallOptions): Promise<void> {
  const { cache } = options;
  if (isInstalled(part, cache)) return;
  await mkdir(cache, { recursive: true });
  const name = basename(partFolder(part, cache));
  await removeAbandoned(name, cache);
  const partial = await mkdtemp(join(cache, `.${name}.${process.pid}.`));
  const task = new InstallTask(part.name, partial, options);
  try {
    await mkdir(task.scratch);
    await part.fill(partial, task);
    await removeFolder(task.scratch);
    await chmod(partial, 0o755);
    await writeFile(join(partial, MARKER), '');
    await moveIntoPlace(partial, part, cache);
    task.tell(`${part.version} installed in ${task.seconds} s`);
  } finally {
    await removeFolder(partial);
  }
}

async function moveIntoPlace(partial: string, part: Part, cache: string): Promise<void> {
  const folder = partFolder(part, cache);
  try {
    await rename(partial, folder);
  } catch {
    if (isInstalled(part, cache)) return;
    // What stands there is not whole.
    await removeFolder(folder);
    await rename(partial, folder);
  }
}

/** Removes what an installation of this part left that was killed. */
async function removeAbandoned(name: string, cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (!entry.startsWith(`.${name}.`)) continue;
    const pid = Number(entry.slice(name.length + 2).split('.')[0]);
    if (identify(pid) === undefined) await removeFolder(join(cache, entry));
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
