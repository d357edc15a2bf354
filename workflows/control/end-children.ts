import {
  CancellationScope,
  getExternalWorkflowHandle,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';

/**
 * Cancels children and waits until they have ended, even if the workflow itself is cancelled.
 *
 * Cancelling a scope is not enough: it reaches the run that was started, and a child that has continued as new is in a later
 * one. Its workflow id always means the current run.
 */
export async function endChildren(children: readonly ChildWorkflowHandle<Workflow>[]): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    await Promise.allSettled(children.map(({ workflowId }) => getExternalWorkflowHandle(workflowId).cancel()));
    await Promise.allSettled(children.map((child) => child.result()));
  });
}

/** Does something while children run, and ends them if it fails or is cancelled. */
export async function besideChildren<T>(
  children: readonly ChildWorkflowHandle<Workflow>[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await endChildren(children);
    throw error;
  }
}
