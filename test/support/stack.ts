import type { Installation } from '../../deploy/local/install/install-parts';
import type { StackAddresses } from '../../deploy/local/stack';

/** Variable in which the global setup passes the servers to the suites, as JSON. */
export const STACK_VARIABLE = 'TEST_STACK';

/** The stack that all suites of a test run share; each suite uses names of its own. */
export interface SharedStack {
  readonly addresses: StackAddresses;
  readonly workerEnvironment: Readonly<Record<string, string>>;
  readonly installation: Installation;
}

/** Returns the addresses of the shared servers. */
export function stackAddresses(): StackAddresses {
  return sharedStack().addresses;
}

/** Returns the installed programs of the shared servers. */
export function installation(): Installation {
  return sharedStack().installation;
}

/** Returns the environment of a worker process on the shared servers. */
export function workerEnvironment(): Readonly<Record<string, string>> {
  return sharedStack().workerEnvironment;
}

/** Returns the path of the `temporal` CLI of the server's version. */
export function temporalProgram(): string {
  return installation().temporal;
}

function sharedStack(): SharedStack {
  const text = process.env[STACK_VARIABLE];
  if (text === undefined)
    throw new Error('The servers were not started: jest.config.js lists the suites that have them');
  return JSON.parse(text) as SharedStack;
}
