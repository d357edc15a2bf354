import type { TestStack } from './test-stack';

/** Jest loads the setup and the teardown separately; they share only the global object. */
const holder = globalThis as { pipelineTestRun?: TestStack };

/** Called by the global setup, so that the teardown finds what to stop. */
export function keepTestRun(run: TestStack): void {
  holder.pipelineTestRun = run;
}

/** Stops the shared stack and removes its state folder; does nothing if the stack was not started. */
export default async function globalTeardown(): Promise<void> {
  const run = holder.pipelineTestRun;
  delete holder.pipelineTestRun;
  await run?.remove();
}
