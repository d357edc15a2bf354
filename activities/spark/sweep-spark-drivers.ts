import { join } from 'node:path';
import { stopDriver } from './local-adapter';
import { childrenOf, notedDrivers } from './noted-drivers';

const GRACE_MS = 5_000;

/** Ends every driver that a run folder remembers and that still runs; nothing happens where there is none. */
export async function sweepSparkDrivers(sparkState: string): Promise<void> {
  const runs = join(sparkState, 'runs');
  for (const pipeline of await childrenOf(runs)) {
    const drivers = await notedDrivers(join(runs, pipeline));
    await Promise.all(drivers.map((handle) => stopDriver(handle, GRACE_MS)));
  }
}
