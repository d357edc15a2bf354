import { workflowInfo } from '@temporalio/workflow';

/** A reason is cut here: what is told of many partitions must stay small. */
const MAX_REASON_LENGTH = 400;

/** The line that moves this workflow on. */
export function updateCommand(name: string, input?: unknown): string {
  const json = input === undefined ? '' : ` --input '${JSON.stringify(input)}'`;
  return `temporal workflow update execute -w ${workflowInfo().workflowId} --name ${name}${json}`;
}

export function shortReason(reason: string): string {
  return reason.length <= MAX_REASON_LENGTH ? reason : `${reason.slice(0, MAX_REASON_LENGTH)}…`;
}
