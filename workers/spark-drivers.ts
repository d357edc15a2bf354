import { join } from 'node:path';
import { sweepSparkDrivers } from '../activities/spark/recorded-drivers';

/** Returns the folder of Spark's run folders and checkpoints. */
export function sparkStateOf(stateFolder: string): string {
  return join(stateFolder, 'spark');
}

/** Stops the Spark drivers that workers of this state folder left running; their checkpoints are kept. */
export async function stopSparkDrivers(stateFolder: string): Promise<void> {
  await sweepSparkDrivers(sparkStateOf(stateFolder));
}
