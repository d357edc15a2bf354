import { join } from 'node:path';
import type { Logger } from '@temporalio/worker';
import { workflowBundle } from '../../workers/workflow-bundle';

const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'workflows');

/** The workflows of today in one piece, bundled by the first suite that asks. */
export async function bundledWorkflows(logger: Logger): Promise<{ code: string }> {
  return await workflowBundle(CACHE, logger);
}
