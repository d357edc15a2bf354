import { sleep } from '@temporalio/workflow';

/** Sleeps six hours and tells how long it took by the workflow's own clock. */
export async function longSleep(): Promise<number> {
  const startedAt = Date.now();
  await sleep('6 hours');
  return Date.now() - startedAt;
}
