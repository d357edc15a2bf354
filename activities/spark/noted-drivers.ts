import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunFolder } from './run-folder';
import type { SparkHandle } from './types';

/** Handles of all starts of one pipeline, found as `<run>/<start>` in its folder, whether their drivers live or not. */
export async function notedDrivers(pipelineFolder: string): Promise<SparkHandle[]> {
  const handles: SparkHandle[] = [];
  for (const run of await childrenOf(pipelineFolder)) {
    for (const start of await childrenOf(join(pipelineFolder, run))) {
      const folder = new RunFolder(join(pipelineFolder, run, start));
      const driver = (await folder.driver()) ?? (await folder.claim());
      if (driver === null) continue;
      handles.push({ adapter: 'local', startTime: 'not noted', ...driver, runFolder: folder.path });
    }
  }
  return handles;
}

/** Names in a folder; none where it does not exist. */
export async function childrenOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}
