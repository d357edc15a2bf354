import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The driver that has this start. */
const lockSchema = z.object({ pid: z.int() });
const resultSchema = z.object({ ok: z.boolean(), error: z.string().optional() });
const progressSchema = z.object({ droppedByWatermark: z.int() });
const settingsSchema = z.object({ checkpoint: z.string() });
const driverSchema = z.object({
  pid: z.int().describe("Of the driver's JVM"),
  startTime: z.string().describe('Distinguishes it from a later process with its pid; format of the operating system'),
});

export type DriverRecord = Readonly<z.infer<typeof driverSchema>>;

/** The files of one start; each is replaced atomically, so a reader never sees a partial file. */
export class RunFolder {
  constructor(readonly path: string) {}

  get settingsFile(): string {
    return join(this.path, 'settings.json');
  }

  get logFile(): string {
    return join(this.path, 'driver.log');
  }

  /** Temporary files of the driver; deleted once it has ended. */
  get scratchFolder(): string {
    return join(this.path, 'scratch');
  }

  get #driverFile(): string {
    return join(this.path, 'driver.json');
  }

  settings(): Promise<z.infer<typeof settingsSchema> | null> {
    return read(this.settingsFile, settingsSchema);
  }

  driver(): Promise<DriverRecord | null> {
    return read(this.#driverFile, driverSchema);
  }

  lock(): Promise<z.infer<typeof lockSchema> | null> {
    return read(runFiles(this.path).lockFile, lockSchema);
  }

  progress(): Promise<z.infer<typeof progressSchema> | null> {
    return read(runFiles(this.path).progressFile, progressSchema);
  }

  result(): Promise<z.infer<typeof resultSchema> | null> {
    return read(runFiles(this.path).resultFile, resultSchema);
  }

  writeDriver(driver: DriverRecord): Promise<void> {
    return replaceFile(this.#driverFile, driver);
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

export async function replaceFile(path: string, content: unknown): Promise<void> {
  await writeFile(`${path}.tmp`, JSON.stringify(content, null, 2));
  await rename(`${path}.tmp`, path);
}

/** Null if the file does not exist, or is a lock that was created but not written yet. */
async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return text === '' ? null : schema.parse(JSON.parse(text));
}
