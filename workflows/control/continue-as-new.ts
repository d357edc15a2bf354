import { allHandlersFinished, condition, continueAsNew, workflowInfo, type Workflow } from '@temporalio/workflow';

/** A history of this size replays within one or two seconds. */
const MAX_HISTORY_EVENTS = 1_500;

/** Whether the workflow should continue as new. */
export function isHistoryFull(): boolean {
  return workflowInfo().historyLength > MAX_HISTORY_EVENTS;
}

/** Continues in a new execution; its input is read after the last handler, which may still change the state, has ended. */
export async function continueAfterHandlers<W extends Workflow>(input: () => Parameters<W>): Promise<never> {
  await condition(allHandlersFinished);
  return await continueAsNew<W>(...input());
}
