import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, type Logger } from '@temporalio/worker';
import { workflowBundle } from '../../workers/workflow-bundle';

const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'workflows');

/** Returns the bundle of the current workflow code, built once for all suites that need it. */
export async function bundledWorkflows(logger: Logger, dataConverter?: DataConverter): Promise<{ code: string }> {
  return await workflowBundle(CACHE, logger, dataConverter);
}

/** Builds the bundle, unless it is built, and puts it where worker processes with this state folder find it. */
export async function provideBundle(stateFolder: string): Promise<void> {
  await bundledWorkflows(new DefaultLogger('ERROR'));
  await cp(CACHE, stateFolder, { recursive: true });
}

/**
 * Returns the bundle with one edit, because building a bundle for each edit would take seconds.
 *
 * @throws Error when `from` does not occur exactly once
 */
export function edited({ code }: { readonly code: string }, from: string, to: string): { code: string } {
  const occurrences = code.split(from).length - 1;
  if (occurrences !== 1) throw new Error(`expected this once in the bundle, got it ${occurrences} times: ${from}`);
  return { code: code.replace(from, () => to) };
}
