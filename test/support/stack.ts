import type { Installation } from '../../deploy/local/install/installation';
import type { StackAddresses } from '../../deploy/local/stack';

/** Through which the global setup tells the suites about the servers. */
export const STACK_VARIABLE = 'TEST_STACK';

/** The one stack of a test run; suites keep apart by names. */
export interface SharedStack {
  readonly addresses: StackAddresses;
  readonly workerEnvironment: Readonly<Record<string, string>>;
  readonly installation: Installation;
}

/** Where the shared servers are. */
export function stackAddresses(): StackAddresses {
  return sharedStack().addresses;
}

/** The programs of the servers; of one that runs elsewhere nothing need be there. */
export function installation(): Installation {
  return sharedStack().installation;
}

/** What a worker process must find in its environment to work on the shared servers. */
export function workerEnvironment(): Readonly<Record<string, string>> {
  return sharedStack().workerEnvironment;
}

/** The `temporal` CLI that fits the server. */
export function temporalProgram(): string {
  return installation().temporal;
}

function sharedStack(): SharedStack {
  const text = process.env[STACK_VARIABLE];
  if (text === undefined) throw new Error('The servers were not started: see jest.config.js for who gets them');
  return JSON.parse(text) as SharedStack;
}
