import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { identify } from '../processes/identity';
import type { OnStackEvent } from '../stack-event';
import { runProgram } from './programs';

/** Written last, after everything else was verified. */
const MARKER = '.verified';
const REPORT_INTERVAL_MS = 5000;

export type PartName =
  | 'temporal'
  | 'caddy'
  | 'kafka'
  | 'elasticsearch'
  | 'spark'
  | 'spark-job'
  | 'spark-classes'
  | 'java-tools'
  | 'temporal-test-server'
  | 'schema-registry';

/** One program to install, in its own folder below the cache folder. */
export interface Part {
  readonly name: PartName;
  readonly version: string;
  /** Everything that determines what is installed; other pins result in another folder. */
  readonly pins: unknown;
  /** A file that exists, after resolving links, if the part is complete. */
  readonly requiredFile: string;
  /** Installs and verifies the part in an empty folder. The folder is renamed afterwards. */
  readonly fill: (folder: string, task: InstallTask) => Promise<void>;
}

export interface InstallOptions {
  /** Contains one folder per part. */
  readonly cache: string;
  readonly onEvent: OnStackEvent;
  /** Environment in which programs are looked up and run. */
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: the running program is terminated, and the installation rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The installation of one part: runs programs in its folder and reports progress. */
export class InstallTask {
  readonly env: NodeJS.ProcessEnv;
  /** Temporary folder, deleted when the part is complete. */
  readonly scratch: string;
  readonly #startedAt = Date.now();

  constructor(
    readonly part: PartName,
    readonly folder: string,
    readonly options: InstallOptions,
  ) {
    this.scratch = join(folder, '.tmp');
    // Not the system's folder: unpacking needs more space than a /tmp in memory may have.
    this.env = { ...options.env, TMPDIR: this.scratch };
  }

  /**
   * Runs a program and reports every few seconds, with the latest text that the first group of `detail` matches.
   *
   * @throws {@link StackError} when the program fails
   */
  async run(step: string, [program, ...args]: readonly [string, ...string[]], detail?: RegExp): Promise<void> {
    let found: string | undefined;
    const onLine = (line: string): void => {
      found = detail?.exec(line)?.[1] ?? found;
    };
    const report = (): void => {
      this.report(`${step}${found === undefined ? '' : `: ${found}`} (${this.seconds} s)`);
    };
    report();
    const timer = setInterval(report, REPORT_INTERVAL_MS);
    try {
      await runProgram({ program, args, cwd: this.folder, env: this.env, signal: this.options.signal, onLine });
    } finally {
      clearInterval(timer);
    }
  }

  report(text: string): void {
    this.options.onEvent({ kind: 'installing', part: this.part, text });
  }

  /** Since the installation started. */
  get seconds(): string {
    return ((Date.now() - this.#startedAt) / 1000).toFixed(0);
  }
}

/** Returns the folder of a part, whether or not it is installed. */
export function partFolder({ name, version, pins }: Part, cache: string): string {
  const hash = createHash('sha256').update(JSON.stringify([name, version, pins]));
  return join(cache, `${name}-${version}-${hash.digest('hex').slice(0, 8)}`);
}

/** Returns whether a part is complete; fast, since the marker file proves that it was verified. */
export function isInstalled(part: Part, cache: string): boolean {
  return [part.requiredFile, MARKER].every((file) => existsSync(join(partFolder(part, cache), file)));
}

/**
 * Installs a part unless it is installed. The part is filled in a temporary folder and then renamed, so it is never
 * visible while incomplete. Two processes may install the same part concurrently; the first to finish wins.
 *
 * @throws {@link StackError} when a program fails or a checksum is wrong; the temporary folder is deleted then
 */
export async function installPart(part: Part, options: InstallOptions): Promise<void> {
  const { cache } = options;
  if (isInstalled(part, cache)) return;
  await mkdir(cache, { recursive: true });
  const prefix = `.${basename(partFolder(part, cache))}.`;
  await removeAbandoned(prefix, cache);
  const partial = await mkdtemp(join(cache, `${prefix}${process.pid}.`));
  const task = new InstallTask(part.name, partial, options);
  try {
    await mkdir(task.scratch);
    await part.fill(partial, task);
    await removeFolder(task.scratch);
    await chmod(partial, 0o755);
    await writeFile(join(partial, MARKER), '');
    await moveIntoPlace(partial, part, cache);
    task.report(`${part.version} installed in ${task.seconds} s`);
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
    // The existing folder is incomplete.
    await removeFolder(folder);
    await rename(partial, folder);
  }
}

/** Removes the temporary folders of killed installations of this part: `<prefix><pid>.<random>`. */
async function removeAbandoned(prefix: string, cache: string): Promise<void> {
  for (const entry of (await readdir(cache)).filter((name) => name.startsWith(prefix))) {
    const pid = Number(entry.slice(prefix.length).split('.')[0]);
    if (identify(pid) === undefined) await removeFolder(join(cache, entry));
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
