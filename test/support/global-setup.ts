import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenForShutdown } from '../../deploy/local/shutdown';
import type { Installation } from '../../deploy/local/install/install-parts';
import { resetState } from '../../deploy/local/state-folder';
import { startStack } from '../../deploy/local/stack';
import { StackError } from '../../deploy/local/stack-error';
import { describeEvent } from '../../deploy/local/stack-event';
import { workerVariables } from '../../deploy/local/services/worker-and-page';
import { loadConfig } from '../../workers/config';
import { provideBundle } from '../workflows/bundle';
import { SHORT_RUN_JAVA_OPTIONS } from './java-options';
import { enterTestEnvironment, testEnvironment } from './environment';
import { freePorts } from './free-ports';
import globalTeardown, { keepTestRun } from './global-teardown';
import { createForeignResources } from './foreign-resources';
import { type SharedStack, STACK_VARIABLE } from './stack';

const FOLDER_PREFIX = 'durable-streaming-pipeline-test-';

/**
 * Starts one stack for all suites that need servers, on ports and in a state folder of its own, so that it does not
 * interfere with other test runs or a stack in use. No other server is used, even if the environment names one.
 */
export default async function globalSetup(): Promise<void> {
  enterTestEnvironment();
  await removeLeftovers();
  const stateFolder = join(tmpdir(), `${FOLDER_PREFIX}${process.pid}`);
  const own = { PIPELINE_STATE_DIR: stateFolder, JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS };
  const config = loadConfig(testEnvironment({ ...(await freePorts()), ...own }));
  const interruption = listenForShutdown();
  // The user that Elasticsearch runs as must be able to read it.
  await mkdir(stateFolder, { mode: 0o755 });
  const { signal, force, received } = interruption;
  const onEvent = (event: Parameters<typeof describeEvent>[0]): void => {
    printLine(describeEvent(event));
  };
  const stack = await startStack({ config, environment: process.env, onEvent, signal, force, serversOnly: true });
  keepTestRun({ stack, stateFolder });
  void received.then(async () => {
    await globalTeardown(); // Jest skips the teardown when it is interrupted
    process.exit(1);
  });
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

/** Stops the servers that killed test runs left running, and removes their folders; runs in progress are not touched. */
async function removeLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    try {
      await resetState(folder, (event) => {
        printLine(describeEvent(event));
      });
      await rm(folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
    }
  }
}

function printLine(line: string): void {
  process.stderr.write(`${line}\n`);
}
