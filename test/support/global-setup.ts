import type { Installation } from '../../deploy/local/install/install-parts';
import { workerVariables } from '../../deploy/local/services/worker-and-page';
import { provideBundle } from '../workflows/bundle';
import { createForeignResources } from './foreign-resources';
import globalTeardown, { keepTestRun } from './global-teardown';
import { SHORT_RUN_JAVA_OPTIONS } from './java-options';
import { type SharedStack, STACK_VARIABLE } from './stack';
import { startTestStack } from './test-stack';

/** Starts one stack for all suites that need servers. */
export default async function globalSetup(): Promise<void> {
  const run = await startTestStack();
  keepTestRun(run);
  const { stack, stateFolder } = run;
  const { addresses } = stack;
  const prepare = async (): Promise<Installation> => {
    // While the servers start. Otherwise several suites at once, and each worker, would build the same bundle.
    await provideBundle(stateFolder);
    const installation = await Promise.race([stack.ready, stack.crashLoop]);
    await createForeignResources(addresses);
    return installation;
  };
  const installation = await prepare().catch(async (error: unknown) => {
    await globalTeardown(); // Jest skips the teardown when the setup fails
    throw error;
  });
  const variables = workerVariables(addresses, installation, stateFolder);
  const workerEnvironment = { ...variables, JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS };
  process.env[STACK_VARIABLE] = JSON.stringify({
    addresses,
    workerEnvironment,
    installation,
  } satisfies SharedStack);
}
