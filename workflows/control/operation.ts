import { getExternalWorkflowHandle, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { attentionSignal, commandUpdate, operationProgressQuery } from '../messages';
import { parseCommand, type CommandResult } from './commands';
import { FailingActivities } from './failing-activities';
import { attentionDetails, type OperationName } from './progress';

/**
 * Returns the activities of a workflow beside the stages of a pipeline. Those that fail are shown by its `progress` query
 * and in its details, and to its parent if it has one; `resume` tries what is parked again.
 */
export function operationActivities(name: OperationName): FailingActivities {
  const failing: FailingActivities = new FailingActivities(name, async () => {
    setCurrentDetails(attentionDetails(failing.attention).join('\n'));
    const { parent } = workflowInfo();
    if (parent === undefined) return;
    try {
      await getExternalWorkflowHandle(parent.workflowId).signal(attentionSignal, name, failing.attention);
    } catch {
      // The parent has ended; its cancellation of this child is on the way.
    }
  });
  setHandler(operationProgressQuery, () => ({ attention: failing.attention }));
  setHandler(
    commandUpdate('resume'),
    (input?: unknown): CommandResult => {
      parseCommand('resume', input);
      failing.release();
      return { state: 'RUNNING' };
    },
    {
      validator: (input?: unknown) => {
        parseCommand('resume', input);
      },
    },
  );
  return failing;
}
