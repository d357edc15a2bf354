import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { pipelineFailure } from '../contracts/failures';

/**
 * Runs work with a temporary folder for this activity attempt, and deletes the folder whether it succeeds or fails.
 *
 * What an earlier attempt has left is taken over, since a killed worker cannot clean up; an attempt that timed out but
 * still runs then finds its folder gone.
 *
 * @throws ServiceUnavailable when the folder cannot be created
 */
export async function inScratchFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await ownFolder(parent).catch((error: unknown) => {
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

async function ownFolder(parent: string): Promise<string> {
  const { workflowExecution, activityId, attempt } = Context.current().info;
  const prefix = `reconcile-${workflowExecution?.runId ?? ''}-${activityId}-`;
  await mkdir(parent, { recursive: true });
  const folder = join(parent, `${prefix}${attempt}`);
  const left = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  const [latest, ...older] = left
    .sort((one, other) => attemptOf(other) - attemptOf(one))
    .map((name) => join(parent, name));
  for (const path of older) await rm(path, { recursive: true, force: true });
  if (latest === undefined) await mkdir(folder);
  else await rename(latest, folder);
  return folder;
}

function attemptOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}
