import { join } from 'node:path';
import { stopDriver } from './driver-process';
import { childrenOf, RunFolder } from './run-folder';
import type { SparkHandle } from './types';

const GRACE_MS = 5_000;

/** Returns the drivers of all starts of a pipeline, from the folders `<run>/<start>`, whether they run or not. */
export async function recordedDrivers(pipelineFolder: string): Promise<SparkHandle[]> {
  const handles: SparkHandle[] = [];
  for (const run of await childrenOf(pipelineFolder)) {
    for (const start of await childrenOf(join(pipelineFolder, run))) {
      const folder = new RunFolder(join(pipelineFolder, run, start));
      const driver = (await folder.read('driver')) ?? (await folder.read('lock'));
      if (driver !== null) handles.push({ startTime: 'not recorded', ...driver, runFolder: folder.path });
    }
  }
  return handles;
}

/** Ends every recorded driver that still runs; idempotent. */
export async function sweepSparkDrivers(sparkState: string): Promise<void> {
  const runs = join(sparkState, 'runs');
  for (const pipeline of await childrenOf(runs)) {
    const drivers = await recordedDrivers(join(runs, pipeline));
    await Promise.all(drivers.map((handle) => stopDriver(handle, GRACE_MS)));
  }
}
