import type { Stack } from '../../deploy/local/stack';

/** What the global setup leaves to the global teardown. */
export interface TestRun {
  readonly stack: Stack;
  readonly stateFolder: string;
}

const holder = globalThis as { pipelineTestRun?: TestRun };

export function keepTestRun(run: TestRun): void {
  holder.pipelineTestRun = run;
}

/** @returns undefined when the setup did not get so far */
export function takeTestRun(): TestRun | undefined {
  const run = holder.pipelineTestRun;
  delete holder.pipelineTestRun;
  return run;
}
