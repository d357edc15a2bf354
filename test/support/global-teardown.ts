import { rm } from 'node:fs/promises';
import type { Stack } from '../../deploy/local/stack';

interface TestRun {
  readonly stack: Stack;
  readonly stateFolder: string;
}

/** Jest loads the setup and the teardown separately; they share only the global object. */
const holder = globalThis as { pipelineTestRun?: TestRun };

/** Called by the global setup, so that the teardown finds what to stop. */
export function keepTestRun(run: TestRun): void {
  holder.pipelineTestRun = run;
}

/** Stops the shared stack and removes its state folder; does nothing if the stack was not started. */
export default async function globalTeardown(): Promise<void> {
  const run = holder.pipelineTestRun;
  delete holder.pipelineTestRun;
  if (run === undefined) return;
  await run.stack.stop();
  await rm(run.stateFolder, { recursive: true, force: true });
}
