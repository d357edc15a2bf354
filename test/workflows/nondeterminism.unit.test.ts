import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundledWorkflows } from './bundle';

const logger = new DefaultLogger('ERROR');

let code: string;
beforeAll(async () => {
  Runtime.install({ logger });
  ({ code } = await bundledWorkflows(logger));
}, 120_000);

/** The bundle with one edit: a bundle of its own for each edit would cost seconds. @throws when the edit does not fit */
function edited(from: string, to: string): { code: string } {
  const places = code.split(from).length - 1;
  if (places !== 1) throw new Error(`expected the bundle to hold this once, got it ${places} times: ${from}`);
  return { code: code.replace(from, () => to) };
}

/** Edits are of the JavaScript that the bundle holds; `replay.unit.test.ts` replays the same histories without them. */
describe('an edit that decides otherwise than a saved history', () => {
  it.each([
    [
      'a timer more',
      'simulate-readings.operated',
      'next = result.next;',
      'next = result.next; await new Promise((resolve) => setTimeout(resolve, 5));',
    ],
    ['another activity first', 'replay-file.file', 'await inspectFile({', 'await publishFileRange({'],
    ['a step left out', 'streaming-pipeline.drained', 'await storeReport({', 'await Promise.resolve({'],
    [
      'two steps in the other order',
      'streaming-pipeline.drained',
      'const prepared = await prepareTopics(plan);',
      'await storeReport({ report: {} }); const prepared = await prepareTopics(plan);',
    ],
    ['another child id', 'streaming-pipeline.drained', '`${workflowId}/spark`', '`${workflowId}/job`'],
    [
      'a child more',
      'streaming-pipeline.drained',
      'source: await startSource(plan)',
      'source: (await startSource(plan), await startSource(plan))',
    ],
    [
      'a driver that is not stopped in a pause',
      'run-spark-job.operated',
      'await this.stop();\n        await _',
      'await Promise.resolve();\n        await _',
    ],
    [
      'an idle wait left out',
      'index-topic.operated',
      'await (0, _conditionortimeout.conditionOrTimeout)(isBoundMoved, idleMs);',
      'await Promise.resolve();',
    ],
  ])(
    'is caught: %s',
    async (_what, history, from, to) => {
      const saved: unknown = JSON.parse(readFileSync(join(__dirname, 'histories', `${history}.json`), 'utf8'));
      const workflowBundle = edited(from, to);
      await expect(Worker.runReplayHistory({ workflowBundle }, saved, 'pipeline/quick')).rejects.toThrow(
        /[Nn]ondeterminism/,
      );
    },
    60_000,
  );
});
