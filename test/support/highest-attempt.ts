import type { Client } from '@temporalio/client';

/** Returns the highest attempt of any activity of this type in the latest execution of the workflow; 0 if none started. */
export async function highestAttempt(temporal: Client, workflowId: string, activityType: string): Promise<number> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = new Map<string, string>();
  let highest = 0;
  for (const event of events ?? []) {
    const type = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (type !== undefined && type !== null) scheduled.set(String(event.eventId), type);
    const started = event.activityTaskStartedEventAttributes;
    if (started && scheduled.get(String(started.scheduledEventId)) === activityType) {
      highest = Math.max(highest, started.attempt ?? 0);
    }
  }
  return highest;
}
