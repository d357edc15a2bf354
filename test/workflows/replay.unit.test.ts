import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker, type ReplayResult } from '@temporalio/worker';
import { bundledWorkflows } from './bundle';

/** Saved by `npm run histories`. */
const HISTORIES = join(__dirname, 'histories');
/** The workflow id of a history, or of its parent if it is one of a child: child ids begin with it. */
const WORKFLOW_IDS = { 'replay-topic': 'replay/quick', 'inspect-source': 'inspect/quick' };
const workflowIdOf = (name: string): string =>
  Object.entries(WORKFLOW_IDS).find(([type]) => name.startsWith(type))?.[1] ?? 'pipeline/quick';
const SIMULATED = 'simulate-readings.drained.json';
const logger = new DefaultLogger('ERROR');

let workflowBundle: { code: string };
/** Replay results by run id. One worker for all histories takes half the time of one worker for each. */
const results = new Map<string, ReplayResult>();
beforeAll(async () => {
  Runtime.install({ logger });
  workflowBundle = await bundledWorkflows(logger);
  const histories = readdirSync(HISTORIES).map((name) => ({ workflowId: workflowIdOf(name), history: history(name) }));
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories))
    results.set(result.runId, result);
});

interface SavedEvent {
  readonly workflowExecutionStartedEventAttributes?: { originalExecutionRunId: string };
  readonly activityTaskScheduledEventAttributes?: { activityType: { name: string } };
}

function history(name: string): { events: SavedEvent[] } {
  return JSON.parse(readFileSync(join(HISTORIES, name), 'utf8')) as { events: SavedEvent[] };
}

describe('the saved histories', () => {
  it.each(readdirSync(HISTORIES))('%s replays with the current workflow code', (name) => {
    const [started] = history(name).events;
    const runId = started?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';
    expect(results.get(runId)).toEqual({ workflowId: workflowIdOf(name), runId, error: undefined });
  });

  it.each(readdirSync(HISTORIES))('%s contains no message of 4 KB or more', (name) => {
    const sizes = [...readFileSync(join(HISTORIES, name), 'utf8').matchAll(/"data": ?"([^"]*)"/g)].map(
      ([, data = '']) => Buffer.byteLength(data, 'base64'),
    );
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThan(4_096);
  });

  it('fail to replay if they contradict the code', async () => {
    const changed = history(SIMULATED);
    const scheduled = changed.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined);
    const attributes = scheduled?.activityTaskScheduledEventAttributes;
    if (attributes === undefined) throw new Error('expected an activity in the history');
    attributes.activityType.name = 'somethingElse';
    await expect(Worker.runReplayHistory({ workflowBundle }, changed, workflowIdOf(SIMULATED))).rejects.toThrow(
      /[Nn]ondeterminism/,
    );
  });
});
