import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runFiles } from './job-settings';

const claimSchema = z.object({ pid: z.int(), python: z.int() });
const resultSchema = z.object({ ok: z.boolean(), error: z.string().optional() });
const driverSchema = z.object({ pid: z.int(), startTime: z.string() });
const progressSchema = z.object({
  droppedByWatermark: z.int(),
});
const settingsSchema = z.object({ checkpoint: z.string() });

/** Who took a start, and its Python process. */
export type Claim = z.infer<typeof claimSchema>;
export type DriverRecord = z.infer<typeof driverSchema>;

/** The files of one start; each is replaced as a whole, so a reader never sees a part. */
export class RunFolder {
  constructor(readonly path: string) {}

  get settingsFile(): string {
    return join(this.path, 'settings.json');
  }

  get logFile(): string {
    return join(this.path, 'driver.log');
  }

  /** Scratch space of the driver; worth nothing once it has ended. */
  get scratchFolder(): string {
    return join(this.path, 'scratch');
  }

  settings(): Promise<z.infer<typeof settingsSchema> | null> {
    return read(this.settingsFile, settingsSchema);
  }

  driver(): Promise<DriverRecord | null> {
    return read(this.#driverFile, driverSchema);
  }

  claim(): Promise<Claim | null> {
    return read(runFiles(this.path).claimFile, claimSchema);
  }

  progress(): Promise<z.infer<typeof progressSchema> | null> {
    return read(runFiles(this.path).progressFile, progressSchema);
  }

  result(): Promise<z.infer<typeof resultSchema> | null> {
    return read(runFiles(this.path).resultFile, resultSchema);
  }

  writeDriver(driver: DriverRecord): Promise<void> {
    return writeWhole(this.#driverFile, driver);
  }

  get #driverFile(): string {
    return join(this.path, 'driver.json');
  }
}

export async function writeWhole(path: string, content: unknown): Promise<void> {
  await writeFile(`${path}.tmp`, JSON.stringify(content, null, 2));
  await rename(`${path}.tmp`, path);
}

/** Null where the file is not there, or was claimed but not filled yet. */
async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return text === '' ? null : schema.parse(JSON.parse(text));
}
