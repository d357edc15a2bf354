import { workflowInfo } from '@temporalio/workflow';
import type { ExpiredMonths } from '../../activities/retention/expire-months';
import { operationActivities } from '../control/operation';
import { nominalTime } from './nominal-time';
import { PREPARATION } from '../policies';

export interface RetentionResult extends Pick<ExpiredMonths, 'name' | 'expiredBefore'> {
  /** Indices as they were before they were dropped. */
  readonly dropped: ExpiredMonths['indices'];
}

/**
 * Drops the indices of a pipeline's old months and keeps the last `keepMonths`, counted from the nominal time of the
 * schedule or else from the start of the workflow.
 *
 * It may run beside indexing, replays and proofs: from then on the records of those months are expired. Writers skip them
 * and a proof counts them. Repeating it changes nothing.
 */
export async function dropOldMonths(input: unknown): Promise<RetentionResult> {
  const { expireMonths, dropMonths } = operationActivities('dropOldMonths').proxy(PREPARATION);
  const expired = await expireMonths({ input, at: nominalTime().toISOString() });
  await dropMonths({ ...expired, run: workflowInfo().firstExecutionRunId });
  const { name, expiredBefore, indices: dropped } = expired;
  return { name, expiredBefore, dropped };
}
