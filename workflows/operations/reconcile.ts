import { log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { ReconcileRequest, ReconcileResult } from '../../activities/contracts/report';
import { PREPARATION, WHOLE_RUN } from '../policies';

/** Either everything that the proof needs, or the name of a pipeline whose latest or given run is to be proven again. */
export type ReconcileInput =
  { readonly request: ReconcileRequest; readonly taskQueue: string } | { readonly name: string; readonly run?: string };

/**
 * Proves by ids, from Kafka and Elasticsearch alone, that a run lost nothing and counted nothing twice.
 *
 * Repeating it changes nothing.
 */
export async function reconcile(input?: ReconcileInput): Promise<ReconcileResult> {
  if (input !== undefined && 'request' in input) return await prove(input.request, input.taskQueue);
  const { findRun } = proxyActivities<Activities>(PREPARATION);
  const { scope, plan, windowMs, bounded, aliases, eventIdField, proofTaskQueue } = await findRun({ input });
  return await prove({ scope, plan, windowMs, bounded, aliases, eventIdField }, proofTaskQueue);
}

async function prove(request: ReconcileRequest, taskQueue: string): Promise<ReconcileResult> {
  const { reconcileRun } = proxyActivities<Activities>({ ...WHOLE_RUN, taskQueue });
  const result = await reconcileRun(request);
  const { reconciled, published, indexed, deadLetters, discrepancies } = result;
  log.info('run compared', { ...{ reconciled, published, indexed, deadLetters }, discrepancies });
  return result;
}
