import type { SourceAccount } from '../../activities/contracts/inspection';
import { operationActivities } from '../control/operation';
import { INSPECTION, PREPARATION } from '../policies';

/**
 * Looks at the first thousand rows of a file, or records of a topic, and proposes an input that reads them.
 *
 * Its result has names, kinds, counts, places and masked samples, but no value. It changes nothing.
 */
export async function inspectSource(input: unknown): Promise<SourceAccount> {
  const activities = operationActivities('inspectSource');
  const { taskQueue, ...request } = await activities.proxy(PREPARATION).planInspection({ input });
  return await activities.proxy({ ...INSPECTION, taskQueue }).inspectSource(request);
}
