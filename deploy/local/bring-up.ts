import type { Config } from '../../workers/config';
import { endSparkDrivers } from '../../workers/spark-drivers';
import { untilPortsReleased } from './bring-server';
import { diagnose } from './doctor';
import { stateFolder } from './folders';
import type { Installation } from './install/installation';
import { installParts } from './install/install-parts';
import { refuseSecondLauncher } from './launcher-lock';
import { pageAt, pageCompanion } from './page';
import { ChildRecords } from './processes/child-record';
import { untilReady } from './readiness';
import { type RunningStack, type StackOptions, startStack } from './stack';
import { StackError } from './stack-error';
import { workerCompanion } from './worker';

export interface BringUpOptions extends Omit<StackOptions, 'installation' | 'afterCompanions'> {
  /** Of this process: clients are looked for in it, and the worker inherits it. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Servers, a worker and the page that run, until they are stopped. */
export interface RunningPipeline extends RunningStack {
  readonly installation: Installation;
  readonly stateFolder: string;
  /** URL of the local page of charts. */
  readonly page: string;
}

const PAGE_PATIENCE_MS = 120_000;

/**
 * Everything from a bare machine to a running worker: looks for what is missing, installs, starts the servers, then
 * the worker and the page.
 *
 * @throws {@link StackError} when something is missing or cannot be started; nothing that was started runs by then
 */
export async function bringUp({ environment, ...options }: BringUpOptions): Promise<RunningPipeline> {
  const { config, onEvent, signal } = options;
  const folder = stateFolder(config);
  refuseSecondLauncher(folder);
  await refuseUnlessHealthy(config, environment, folder);
  const installation = await installParts(
    config,
    (progress) => {
      onEvent({ kind: 'installing', ...progress });
    },
    { env: environment, ...(signal !== undefined && { signal }) },
  );
  const afterCompanions = (): Promise<void> => endSparkDrivers(folder);
  const stack = await startStack({ ...options, installation, afterCompanions });
  const surroundings = { addresses: stack.addresses, installation, stateFolder: folder };
  stack.startCompanion(workerCompanion(surroundings, environment));
  stack.startCompanion(pageCompanion(config, stack.addresses, environment));
  await untilPageServes(options, stack);
  return { ...stack, installation, stateFolder: folder, page: pageAt(config).address };
}

/** What is printed as a link answers by then. */
async function untilPageServes(
  { config, onEvent, signal = new AbortController().signal }: Pick<StackOptions, 'config' | 'onEvent' | 'signal'>,
  stack: RunningStack,
): Promise<void> {
  try {
    await untilReady(pageAt(config), { patienceMs: PAGE_PATIENCE_MS, onEvent, signal });
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function refuseUnlessHealthy(config: Config, environment: NodeJS.ProcessEnv, folder: string): Promise<void> {
  await untilPortsReleased(new ChildRecords(folder));
  const problems = await diagnose(config, { env: environment });
  if (problems.length === 0) return;
  throw new StackError(
    ['This keeps the stack from starting:', ...problems.map((problem) => `- ${problem}`)].join('\n'),
  );
}
