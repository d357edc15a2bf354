import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type PartName, PartProgress, type Report } from './progress';

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

export interface InstallTask {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: PartProgress;
  readonly signal?: AbortSignal | undefined;
}

export interface InstallOptions {
  readonly cache: string;
  readonly report: Report;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** Where a part stands once it is installed. */
export function partFolder(part: Part, cache: string): string {
  return join(cache, `${part.name}-${part.version}-${fingerprint(part).slice(0, 8)}`);
}

/** Whether the whole part is there; cheap, since the marker of a part tells that it was verified. */
export function isInstalled(part: Part, cache: string): boolean {
  const folder = partFolder(part, cache);
  if (!existsSync(join(folder, part.proof))) return false;
  return existsSync(join(folder, MARKER)) && readFileSync(join(folder, MARKER), 'utf8') === fingerprint(part);
}

/**
 * Installs a part unless it is there. A part is never seen half-done: it is filled beside its place and renamed.
 * Two processes may do so at once; the first to end wins.
 *
 * @throws {@link StackError} when a client fails or a checksum is wrong; nothing is left behind then
 */
export async function installPart(part: Part, { cache, report, env, signal }: InstallOptions): Promise<void> {
  if (isInstalled(part, cache)) return;
  const folder = partFolder(part, cache);
  await mkdir(cache, { recursive: true });
  await removeAbandoned(basename(folder), cache);
  const partial = await mkdtemp(join(cache, `.${basename(folder)}.${process.pid}.`));
  const progress = new PartProgress(part.name, report);
  try {
    // Not the system's: unpacking needs more than a /tmp in memory may have.
    const scratch = join(partial, '.tmp');
    await mkdir(scratch);
    await part.fill(partial, { env: { ...env, TMPDIR: scratch }, progress, signal });
    await removeFolder(scratch);
    await chmod(partial, 0o755);
    await writeFile(join(partial, MARKER), fingerprint(part));
    await moveIntoPlace(partial, folder, part, cache);
    progress.done(`${part.version} installed`);
  } finally {
    progress.stop();
    await removeFolder(partial);
  }
}

async function moveIntoPlace(partial: string, folder: string, part: Part, cache: string): Promise<void> {
  while (!isInstalled(part, cache)) {
    try {
      await rename(partial, folder);
    } catch (error) {
      if (!isTaken(error)) throw error;
      // What stands there is not whole.
      const aside = `${partial}.aside`;
      await rename(folder, aside);
      await removeFolder(aside);
    }
  }
}

function isTaken(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}

/** Removes what an installation of this part left that was killed. */
async function removeAbandoned(name: string, cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (!entry.startsWith(`.${name}.`)) continue;
    const pid = Number(entry.slice(name.length + 2).split('.')[0]);
    if (!isAlive(pid)) await removeFolder(join(cache, entry));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

function fingerprint({ name, version, pins }: Part): string {
  return createHash('sha256')
    .update(JSON.stringify([name, version, pins]))
    .digest('hex');
}
