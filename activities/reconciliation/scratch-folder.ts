import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { pipelineFailure } from '../contracts/failures';

/**
 * Gives an activity a folder of its own for as long as it works, and removes it whatever the outcome.
 *
 * What earlier attempts left behind is removed first: a killed worker cannot clean up, and an attempt that was given up
 * but still runs must not fill the disk.
 *
 * @throws ServiceUnavailable when the folder cannot be made
 */
export async function inScratchFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await emptyFolder(parent).catch((error: unknown) => {
    throw scratchFailure(error);
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts an error of the file system into the failure table: the disk may have room again at the next attempt. */
export function scratchFailure(error: unknown): ApplicationFailure {
  const reason = error instanceof Error ? error.message : String(error);
  return pipelineFailure('ServiceUnavailable', `The scratch folder cannot be used (${reason}).`, { cause: error });
}

async function emptyFolder(parent: string): Promise<string> {
  const { workflowExecution, activityId, attempt } = Context.current().info;
  const prefix = `reconcile-${workflowExecution?.runId ?? ''}-${activityId}-`;
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, `${prefix}${attempt}`);
  await mkdir(folder);
  return folder;
}
