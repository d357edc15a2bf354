import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { securedConfig } from '../../deploy/local/security/stack-security';
import { listenForShutdown } from '../../deploy/local/shutdown';
import { type Stack, type StackOptions, startStack } from '../../deploy/local/stack';
import { StackError } from '../../deploy/local/stack-error';
import { describeEvent, type StackEvent } from '../../deploy/local/stack-event';
import { resetState } from '../../deploy/local/state-folder';
import { loadConfig } from '../../workers/config';
import { enterTestEnvironment, testEnvironment } from './environment';
import { freePorts } from './free-ports';
import { SHORT_RUN_JAVA_OPTIONS } from './java-options';

const FOLDER_PREFIX = 'durable-streaming-pipeline-test-';

/** The servers of a test run. */
export interface TestStack {
  readonly stack: Stack;
  readonly stateFolder: string;
  /** Stops the servers and removes their state folder. Idempotent. */
  readonly remove: () => Promise<void>;
}

/**
 * Starts servers for a test run, on ports and in a state folder of its own, so that it does not interfere with other test
 * runs or a stack in use. No other server is used, even if the environment names one.
 */
export async function startTestStack(securedFor?: StackOptions['securedFor']): Promise<TestStack> {
  enterTestEnvironment();
  await removeLeftovers();
  const plainFolder = join(tmpdir(), `${FOLDER_PREFIX}${process.pid}`);
  const own = { PIPELINE_STATE_DIR: plainFolder, JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS };
  const environment = testEnvironment({ ...(await freePorts()), ...own });
  const config = securedFor === undefined ? loadConfig(environment) : securedConfig(environment);
  const stateFolder = config.PIPELINE_STATE_DIR ?? plainFolder;
  const interruption = listenForShutdown();
  // The user that Elasticsearch runs as must be able to read it.
  await mkdir(stateFolder, { mode: 0o755 });
  const { signal, force, received } = interruption;
  const options = { config, securedFor, environment: process.env, onEvent: print, signal, force };
  const stack = await startStack({ ...options, serversOnly: true });
  const remove = async (): Promise<void> => {
    await stack.stop();
    await rm(stateFolder, { recursive: true, force: true });
  };
  void received.then(async () => {
    await remove(); // Jest skips the teardown when it is interrupted
    process.exit(1);
  });
  return { stack, stateFolder, remove };
}

/** Stops the servers that killed test runs left running, and removes their folders; runs in progress are not touched. */
async function removeLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    try {
      await resetState(folder, print);
      await rm(folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
    }
  }
}

function print(event: StackEvent): void {
  process.stderr.write(`${describeEvent(event)}\n`);
}
