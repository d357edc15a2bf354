import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { PENDING_ACTIVITY_STATE_CANCEL_REQUESTED } = temporal.api.enums.v1.PendingActivityState;

/**
 * Returns whether the cancellation of this activity is requested. A server tells so only in its answer to a heartbeat, which a
 * service bills; looking at the workflow is free.
 */
export async function isCancelRequested(client: Client): Promise<boolean> {
  const { activityId, workflowExecution } = Context.current().info;
  const { pendingActivities } = await client.workflowService.describeWorkflowExecution({
    namespace: client.options.namespace,
    execution: workflowExecution ?? null,
  });
  const own = pendingActivities.find((activity) => activity.activityId === activityId);
  return own?.state === PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;
}
