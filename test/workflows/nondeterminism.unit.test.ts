import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundledWorkflows, edited } from './bundle';

const logger = new DefaultLogger('ERROR');

let bundle: { code: string };
beforeAll(async () => {
  Runtime.install({ logger });
  bundle = await bundledWorkflows(logger);
});

/** The edits apply to the bundle's JavaScript; `replay.unit.test.ts` replays the same histories without them. */
describe('a workflow edit that contradicts a saved history', () => {
  it.each([
    [
      'an additional timer',
      'simulate-readings.operated',
      'await paced.advance(next, counts);',
      'await new Promise((resolve) => setTimeout(resolve, 5)); await paced.advance(next, counts);',
    ],
    [
      'a different first activity',
      'replay-file.file',
      'await inspectFile({',
      'await paced.activities({ taskQueue, startToCloseTimeout: 1 }).publishFileRange({',
    ],
    ['a missing step', 'streaming-pipeline.drained', 'await storeReport({', 'await Promise.resolve({'],
    [
      'two steps in the opposite order',
      'streaming-pipeline.drained',
      'const prepared = await prepareTopics(plan);',
      'await storeReport({ report: {} }); const prepared = await prepareTopics(plan);',
    ],
    ['a different child workflow id', 'streaming-pipeline.drained', '.workflowId}/spark`', '.workflowId}/job`'],
    [
      'an additional child workflow',
      'streaming-pipeline.drained',
      'source: await startSource(plan)',
      'source: (await startSource(plan), await startSource(plan))',
    ],
    [
      'a driver that is not stopped during a pause',
      'run-spark-job.operated',
      'await this.stop();\n        await this.part.untilResumed',
      'await Promise.resolve();\n        await this.part.untilResumed',
    ],
    [
      'a lane that does not rest',
      'index-topic.operated',
      'await (0, _conditionortimeout.conditionOrTimeout)(isOver, restMs);',
      'await Promise.resolve();',
    ],
  ])('is detected: %s', async (_what, history, from, to) => {
    const saved: unknown = JSON.parse(readFileSync(join(__dirname, 'histories', `${history}.json`), 'utf8'));
    const workflowBundle = edited(bundle, from, to);
    await expect(Worker.runReplayHistory({ workflowBundle }, saved, 'pipeline/quick')).rejects.toThrow(
      /[Nn]ondeterminism/,
    );
  });
});
