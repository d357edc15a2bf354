import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The JSON files of a start, `<name>.json` in its folder, and what is read of them. */
const SCHEMAS = {
  settings: z.object({ checkpoint: z.string() }),
  /** The JVM; `startTime`, in a format of the operating system, distinguishes it from a later process with its pid. */
  driver: z.object({ pid: z.int(), startTime: z.string() }),
  /** The driver that has this start. */
  lock: z.object({ pid: z.int() }),
  progress: z.object({ droppedByWatermark: z.int() }),
  result: z.object({ ok: z.boolean(), error: z.string().optional() }),
};

type RunFile = keyof typeof SCHEMAS;
type ContentOf<Name extends RunFile> = Readonly<z.infer<(typeof SCHEMAS)[Name]>>;

export type DriverRecord = ContentOf<'driver'>;

/** The files of one start; each is replaced atomically, so a reader never sees a partial file. */
export class RunFolder {
  readonly settingsFile: string;
  /** Secrets, readable by this user only; deleted with the scratch folder, in which it is. */
  readonly connectionsFile: string;
  readonly logFile: string;
  /** Temporary files of the driver; deleted once it has ended. */
  readonly scratchFolder: string;

  constructor(readonly path: string) {
    this.settingsFile = join(path, 'settings.json');
    this.logFile = join(path, 'driver.log');
    this.scratchFolder = join(path, 'scratch');
    this.connectionsFile = join(this.scratchFolder, 'connections.json');
  }

  /** Returns null if the file does not exist, or is a lock that was created but not written yet. */
  async read<Name extends RunFile>(name: Name): Promise<ContentOf<Name> | null> {
    const text = await readFile(join(this.path, `${name}.json`), 'utf8').catch(ifMissing(''));
    const content: unknown = text === '' ? null : SCHEMAS[name].parse(JSON.parse(text));
    return content as ContentOf<Name> | null;
  }

  async write<Name extends RunFile>(name: Name, content: ContentOf<Name>): Promise<void> {
    const path = join(this.path, `${name}.json`);
    await writeFile(`${path}.tmp`, JSON.stringify(content, null, 2));
    await rename(`${path}.tmp`, path);
  }
}

/** The files through which the job and its watcher communicate. */
export function runFiles(
  runFolder: string,
): Readonly<Record<'lockFile' | 'leaseFile' | 'progressFile' | 'resultFile', string>> {
  return {
    lockFile: join(runFolder, 'lock.json'),
    leaseFile: join(runFolder, 'lease'),
    progressFile: join(runFolder, 'progress.json'),
    resultFile: join(runFolder, 'result.json'),
  };
}

/** Returns the names in a folder; none if it does not exist. */
export function childrenOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(ifMissing([]));
}

/** For `catch`: returns `value` if a file or folder does not exist, and throws any other error. */
function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
}
