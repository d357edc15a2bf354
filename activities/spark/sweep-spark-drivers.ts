import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stopDriver } from './local-adapter';
import { RunFolder } from './run-folder';

const GRACE_MS = 5_000;

/** Ends every driver that a run folder remembers and that still runs; nothing happens where there is none. */
export async function sweepSparkDrivers(sparkState: string): Promise<void> {
  const runs = join(sparkState, 'runs');
  const paths = await readdir(runs, { recursive: true }).catch(() => []);
  const folders = paths.filter((path) => path.endsWith('driver.json')).map((path) => join(runs, dirname(path)));
  await Promise.all(
    folders.map(async (path) => {
      const driver = await new RunFolder(path).driver();
      if (driver !== null) await stopDriver({ adapter: 'local', ...driver, runFolder: path }, GRACE_MS);
    }),
  );
}
