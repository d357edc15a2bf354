import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';

/**
 * Gives an activity a folder of its own for as long as it works, and removes it whatever the outcome.
 *
 * What earlier attempts left behind is removed first: a killed worker cannot clean up, and an attempt that was given up
 * but still runs must not fill the disk.
 */
export async function inScratchFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const { workflowExecution, activityId, attempt } = Context.current().info;
  const prefix = `reconcile-${workflowExecution?.runId ?? ''}-${activityId}-`;
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, `${prefix}${attempt}`);
  await mkdir(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
