import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

/** Set by Temporal on what a schedule starts; a backfill has it in the past. */
const NOMINAL_TIME = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** The time for which a schedule started this workflow, or else that of its start. */
export function nominalTime(): Date {
  const { startTime, typedSearchAttributes } = workflowInfo();
  return typedSearchAttributes.get(NOMINAL_TIME) ?? startTime;
}
