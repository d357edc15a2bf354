import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

/** Set by Temporal on workflows that a schedule starts; in a backfill it is in the past. */
const NOMINAL_TIME = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** The time for which a schedule started this workflow, or the time of its start. */
export function nominalTime(): Date {
  const { startTime, typedSearchAttributes } = workflowInfo();
  return typedSearchAttributes.get(NOMINAL_TIME) ?? startTime;
}
