import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

const HISTORIES = join(__dirname, 'histories');
/** Under which the histories were saved; children are named after it. */
const WORKFLOW_ID = 'pipeline/quick';
const logger = new DefaultLogger('ERROR');

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger });
  workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows'), logger });
}, 120_000);

function history(name: string): { events: { eventType: string }[] } {
  return JSON.parse(readFileSync(join(HISTORIES, name), 'utf8')) as { events: { eventType: string }[] };
}

/** Saved by `temporal workflow show --workflow-id ID --output json` from runs on real servers. */
describe('the saved histories', () => {
  it.each(readdirSync(HISTORIES))(
    '%s is replayed by the workflow code of today',
    async (name) => {
      await Worker.runReplayHistory({ workflowBundle }, history(name), WORKFLOW_ID);
    },
    60_000,
  );

  it('are not replayed by code that would decide otherwise', async () => {
    const changed = history('simulate-readings.json');
    const scheduled = changed.events.find(({ eventType }) => eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED') as {
      activityTaskScheduledEventAttributes: { activityType: { name: string } };
    };
    scheduled.activityTaskScheduledEventAttributes.activityType.name = 'somethingElse';
    await expect(Worker.runReplayHistory({ workflowBundle }, changed, WORKFLOW_ID)).rejects.toThrow(
      /[Nn]ondeterminism/,
    );
  }, 60_000);
});
