import { rm } from 'node:fs/promises';
import { takeTestRun } from './running-stack';

/** Stops the shared stack and removes all that it left. */
export default async function globalTeardown(): Promise<void> {
  const run = takeTestRun();
  if (run === undefined) return;
  await run.stack.stop();
  await rm(run.stateFolder, { recursive: true, force: true });
}
