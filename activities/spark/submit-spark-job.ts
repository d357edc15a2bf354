import { join } from 'node:path';
import { jobSettings, startsFolder } from './job-settings';
import type { SparkAdapter, SparkHandle, SubmitSparkJobInput } from './types';

/**
 * Starts a driver on the run's checkpoint; repeating it finds the driver that was started.
 *
 * @throws SparkFailed when the driver's process cannot be started
 */
export async function submitSparkJob(
  adapter: SparkAdapter,
  { bootstrap, sparkState }: { readonly bootstrap: string; readonly sparkState: string },
  input: SubmitSparkJobInput,
): Promise<SparkHandle> {
  const runFolder = join(startsFolder(sparkState, input.plan), String(input.start));
  const settings = jobSettings(input, { bootstrap, sparkState, runFolder });
  return await adapter.submit({ runFolder, settings, memoryMb: input.plan.driverMemoryMb });
}
