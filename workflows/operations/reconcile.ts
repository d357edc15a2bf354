import { log } from '@temporalio/workflow';
import type { ReconcileRequest, ReconcileResult } from '../../activities/contracts/report';
import type { FailingActivities } from '../control/failing-activities';
import { operationActivities } from '../control/operation';
import { PREPARATION, WHOLE_RUN } from '../policies';

/** Either everything that the proof needs, or the name of a pipeline whose latest or given run, or a range of it, is to be proven again. */
export type ReconcileInput =
  | { readonly request: ReconcileRequest; readonly taskQueue: string }
  | { readonly name: string; readonly run?: string; readonly range?: number };

/**
 * Proves by ids, from Kafka and Elasticsearch alone, that a run lost nothing and counted nothing twice.
 *
 * Repeating it changes nothing.
 */
export async function reconcile(input?: ReconcileInput): Promise<ReconcileResult> {
  const activities = operationActivities('reconcile');
  if (input !== undefined && 'request' in input) return await prove(activities, input.request, input.taskQueue);
  const { findRun } = activities.proxy(PREPARATION);
  const { proofTaskQueue, ...run } = await findRun({ input });
  const { scope, plan, windowMs, bounded, aliases, valueFormat, protectKeyFingerprint, eventId, range } = run;
  const request = {
    ...{ scope, plan, windowMs, bounded, aliases, valueFormat, eventId },
    ...(protectKeyFingerprint === undefined ? {} : { protectKeyFingerprint }),
    ...(range === undefined ? {} : { range }),
  };
  return await prove(activities, request, proofTaskQueue);
}

async function prove(
  activities: FailingActivities,
  request: ReconcileRequest,
  taskQueue: string,
): Promise<ReconcileResult> {
  const { reconcileRun } = activities.proxy({ ...WHOLE_RUN, taskQueue });
  const result = await reconcileRun(request);
  const { reconciled, published, indexed, deadLetters, discrepancies } = result;
  log.info('run compared', { ...{ reconciled, published, indexed, deadLetters }, discrepancies });
  return result;
}
