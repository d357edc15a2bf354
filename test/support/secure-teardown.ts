import type { TestStack } from './test-stack';

/** Jest loads the setup and the teardown separately; they share only the global object. */
const holder = globalThis as { secureTestRun?: TestStack };

/** Called by the setup, so that the teardown finds what to stop. */
export function keepSecureRun(run: TestStack): void {
  holder.secureTestRun = run;
}

/** Stops the secured stack and removes its state folder; does nothing if the stack was not started. */
export default async function secureTeardown(): Promise<void> {
  const run = holder.secureTestRun;
  delete holder.secureTestRun;
  await run?.remove();
}
