import { join } from 'node:path';
import { sweepSparkDrivers } from '../activities/spark/recorded-drivers';

/** Where a worker keeps run folders and checkpoints of Spark. */
export function sparkStateOf(stateFolder: string): string {
  return join(stateFolder, 'spark');
}

/** Ends the Spark drivers that workers of this state folder left running; their checkpoints stay. */
export async function endSparkDrivers(stateFolder: string): Promise<void> {
  await sweepSparkDrivers(sparkStateOf(stateFolder));
}
