import { workflowInfo } from '@temporalio/workflow';
import type { Attention, StageName } from './progress';

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

/**
 * What waits for a person in a whole pipeline: one command instead of one per part where every part is paused.
 *
 * @param parts - what the parts tell
 * @param running - the parts that have not ended
 * @param resumeAll - the command that resumes them all
 */
export function pipelineAttention(
  parts: readonly Attention[],
  running: readonly StageName[],
  resumeAll: string,
): readonly Attention[] {
  const paused = parts.filter(({ state }) => state === 'PAUSED');
  const isWhole = running.length > 1 && running.every((part) => paused.some(({ stage }) => stage === part));
  if (!isWhole) return parts;
  const reason = [...new Set(paused.map(({ reason: own }) => own))].join('; ');
  const whole: Attention = { stage: 'pipeline', state: 'PAUSED', partition: null, reason, command: resumeAll };
  return [whole, ...parts.filter(({ state }) => state !== 'PAUSED')];
}
