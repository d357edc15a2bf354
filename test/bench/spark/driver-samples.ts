import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { groupCpuMs } from '../process-cost';

const SAMPLE_EVERY_MS = 250;

/** The Spark driver of a pipeline at one moment. */
export interface DriverSample {
  readonly atMs: number;
  /** CPU time of the driver and its child processes so far. */
  readonly cpuMs: number;
  /** Raw records in completed micro-batches. */
  readonly inputRows: number;
  /** Number of the last completed micro-batch; -1 before the first. */
  readonly batch: number;
  /** Of that micro-batch. */
  readonly batchDurationMs: number;
}

const driverSchema = z.object({ pid: z.number() });
const progressSchema = z.object({ inputRows: z.number(), batch: z.number(), batchDurationMs: z.number() });
const NO_PROGRESS: z.infer<typeof progressSchema> = { inputRows: 0, batch: -1, batchDurationMs: 0 };

/** Samples the first driver of a pipeline until `ended` settles; the driver leads a process group of its own. */
export async function sampleDriver(runs: string, ended: Promise<unknown>): Promise<readonly DriverSample[]> {
  const samples: DriverSample[] = [];
  const take = (): void => {
    const start = startOf(runs);
    const pid = start === undefined ? null : (read(join(start, 'driver.json'), driverSchema)?.pid ?? null);
    const cpuMs = pid === null ? 0 : groupCpuMs(pid);
    if (start === undefined || cpuMs === 0) return;
    const progress = read(join(start, 'progress.json'), progressSchema) ?? NO_PROGRESS;
    samples.push({ atMs: Date.now(), cpuMs, ...progress });
  };
  const timer = setInterval(take, SAMPLE_EVERY_MS);
  await ended.catch(() => undefined);
  clearInterval(timer);
  // A process that has ended has no CPU time any more.
  const end = samples.findIndex(({ cpuMs }, place) => cpuMs < (samples[place - 1]?.cpuMs ?? 0));
  return end === -1 ? samples : samples.slice(0, end);
}

function startOf(runs: string): string | undefined {
  const [run] = existsSync(runs) ? readdirSync(runs) : [];
  return run === undefined ? undefined : join(runs, run, '0');
}

function read<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> | undefined {
  return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}
