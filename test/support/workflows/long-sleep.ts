import { sleep } from '@temporalio/workflow';

/** Sleeps six hours and returns the duration in ms by the workflow's clock. */
export async function longSleep(): Promise<number> {
  const startedAt = Date.now();
  await sleep('6 hours');
  return Date.now() - startedAt;
}
