import { existsSync, readFileSync } from 'node:fs';
import type { Installation } from '../../deploy/local/install/install-parts';
import type { StackAddresses } from '../../deploy/local/stack';
import type { RefusedMaterial } from './refused-material';
import { until } from './until';

/** Variable in which the setup passes the path of the description of the servers to the suites. */
export const SECURE_STACK_VARIABLE = 'TEST_SECURE_STACK';

/** The pipelines for which the worker of the secured stack has rights. */
export const SECURE_PIPELINES = ['secured', 'secured-file', 'secured-runs', 'secured-faults'] as const;

type Variables = Readonly<Record<string, string>>;

/** The secured stack that all suites of a test run share. */
export interface SecureStack {
  readonly addresses: StackAddresses;
  readonly installation: Installation;
  readonly stateFolder: string;
  /** The certificate that every client trusts. */
  readonly authority: string;
  /** The variables with which each client connects; `admin` may do everything. */
  readonly clients: { readonly admin: Variables; readonly worker: Variables; readonly page: Variables };
  /** Environment of a worker process. */
  readonly workerEnvironment: Variables;
  readonly refused: RefusedMaterial;
}

/** Waits until the secured servers are ready. @throws Error with the reason when they cannot be started */
export async function secureStack(): Promise<SecureStack> {
  const path = process.env[SECURE_STACK_VARIABLE];
  if (path === undefined)
    throw new Error('The secured servers were not started: jest.config.js lists the suites that have them');
  await until('the secured servers are ready', () => existsSync(path), 600_000);
  const description = JSON.parse(readFileSync(path, 'utf8')) as SecureStack & { readonly error?: string };
  if (description.error !== undefined) throw new Error(description.error);
  return description;
}
