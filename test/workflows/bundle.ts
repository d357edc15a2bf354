import { join } from 'node:path';
import type { Logger } from '@temporalio/worker';
import { workflowBundle } from '../../workers/workflow-bundle';

const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'workflows');

/** Returns the bundle of the current workflow code, built by the first suite that needs it. */
export async function bundledWorkflows(logger: Logger): Promise<{ code: string }> {
  return await workflowBundle(CACHE, logger);
}
