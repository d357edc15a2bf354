import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenForInterruption } from '../../deploy/local/interruption';
import { resetState } from '../../deploy/local/reset';
import { startStack } from '../../deploy/local/stack';
import { StackError } from '../../deploy/local/stack-error';
import { describeEvent } from '../../deploy/local/stack-event';
import { workerVariables } from '../../deploy/local/services/worker';
import { loadConfig } from '../../workers/config';
import { BRIEF_JAVA } from './brief-java';
import { enterTestEnvironment, testEnvironment } from './environment';
import { freePorts } from './free-ports';
import globalTeardown from './global-teardown';
import { bringHostileNeighbours } from './hostile-neighbours';
import { keepTestRun } from './running-stack';
import { type SharedStack, STACK_VARIABLE } from './stack';

const FOLDER_PREFIX = 'durable-streaming-pipeline-test-';

/**
 * Starts one stack for all suites that need servers, on ports and a state folder of its own, so that several test runs
 * and a stack in use do not meet; whatever the environment says, no other server is used.
 */
export default async function globalSetup(): Promise<void> {
  enterTestEnvironment();
  await removeLeftBehind();
  const stateFolder = join(tmpdir(), `${FOLDER_PREFIX}${process.pid}`);
  const own = { PIPELINE_STATE_DIR: stateFolder, JDK_JAVA_OPTIONS: BRIEF_JAVA };
  const config = loadConfig(testEnvironment({ ...(await freePorts()), ...own }));
  const interruption = listenForInterruption();
  // Whom Elasticsearch runs as must be able to enter.
  await mkdir(stateFolder, { mode: 0o755 });
  const { signal, hurry, received } = interruption;
  const onEvent = (event: Parameters<typeof describeEvent>[0]): void => {
    say(describeEvent(event));
  };
  const stack = await startStack({ config, environment: process.env, onEvent, signal, hurry, serversOnly: true });
  keepTestRun({ stack, stateFolder });
  void received.then(async () => {
    await globalTeardown(); // an interrupted Jest does not come to it
    process.exit(1);
  });
  const installation = await Promise.race([stack.ready, stack.crashLoop]);

  const { addresses } = stack;
  await bringHostileNeighbours(addresses).catch(async (error: unknown) => {
    await globalTeardown(); // after a setup that failed, Jest does not come to it either
    throw error;
  });
  const variables = workerVariables(addresses, installation, stateFolder);
  const workerEnvironment = { ...variables, JDK_JAVA_OPTIONS: BRIEF_JAVA };
  process.env[STACK_VARIABLE] = JSON.stringify({
    addresses,
    workerEnvironment,
    installation,
  } satisfies SharedStack);
}

/** What killed test runs left: their servers are stopped and their folders removed; those of running ones stay. */
async function removeLeftBehind(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    try {
      await resetState(folder, (event) => {
        say(describeEvent(event));
      });
      await rm(folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
    }
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
