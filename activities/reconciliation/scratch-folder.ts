import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { pipelineFailure } from '../contracts/failures';

/**
 * Runs work with a temporary folder for this activity attempt, and deletes the folder whether it succeeds or fails.
 *
 * Folders of earlier attempts are deleted first: a killed worker cannot clean up, and an attempt that timed out but still
 * runs must not fill the disk.
 *
 * @throws ServiceUnavailable when the folder cannot be created
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

/** Converts an error of the file system to a retried failure: the next attempt may find space on the disk. */
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
