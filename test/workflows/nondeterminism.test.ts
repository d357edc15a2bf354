import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';

const PROJECT = join(__dirname, '..', '..');
/** Inside the project, so that packages are found from there. */
const EDITED = join(PROJECT, '.pipeline', `edited-workflows-${process.pid}`);
const logger = new DefaultLogger('ERROR');

beforeAll(() => {
  Runtime.install({ logger });
});
afterAll(() => {
  rmSync(EDITED, { recursive: true, force: true });
});

/** Bundles the workflows with one edit. @throws when the edit no longer fits the code */
async function bundleEdited(file: string, from: string, to: string): Promise<{ code: string }> {
  rmSync(EDITED, { recursive: true, force: true });
  cpSync(join(PROJECT, 'workflows'), EDITED, { recursive: true });
  const path = join(EDITED, file);
  const code = readFileSync(path, 'utf8');
  if (!code.includes(from)) throw new Error(`expected ${file} to hold: ${from}`);
  writeFileSync(path, code.replace(from, to));
  return await bundleWorkflowCode({ workflowsPath: join(EDITED, 'index.ts'), logger });
}

describe('an edit that decides otherwise than a saved history', () => {
  it.each([
    [
      'a timer more',
      'simulate-readings.operated',
      'simulate-readings.ts',
      '    next = result.next;',
      '    next = result.next; await condition(() => false, 5);',
    ],
    [
      'another activity first',
      'replay-file.file',
      'replay-file.ts',
      '(await inspectFile({ plan }))',
      '((await publishFileRange({ plan } as never)) as never)',
    ],
    [
      'a step left out',
      'streaming-pipeline.drained',
      'streaming-pipeline.ts',
      '  await storeReport({ report });\n',
      '',
    ],
    [
      'two steps in the other order',
      'streaming-pipeline.drained',
      'streaming-pipeline.ts',
      '  const prepared = await prepareTopics(plan);\n',
      '  await storeReport({ report: {} as never }); const prepared = await prepareTopics(plan);\n',
    ],
    ['another child id', 'streaming-pipeline.drained', 'children.ts', '`${workflowId}/spark`', '`${workflowId}/job`'],
    [
      'a child more',
      'streaming-pipeline.drained',
      'children.ts',
      '    source: await startSource(plan),',
      '    source: (await startSource(plan), await startSource(plan)),',
    ],
    [
      'a driver that is not stopped in a pause',
      'run-spark-job.operated',
      'run-spark-job.ts',
      '        await job.stop();\n        await controls',
      '        await controls',
    ],
    [
      'an idle wait left out',
      'index-topic.operated',
      'topic-indexer.ts',
      'if (!isLong) await untilOrAfter(isBoundMoved, idleMs);',
      'if (!isLong) await Promise.resolve();',
    ],
  ])(
    'is caught: %s',
    async (_what, history, file, from, to) => {
      const workflowBundle = await bundleEdited(file, from, to);
      const saved: unknown = JSON.parse(readFileSync(join(__dirname, 'histories', `${history}.json`), 'utf8'));
      await expect(Worker.runReplayHistory({ workflowBundle }, saved, 'pipeline/quick')).rejects.toThrow(
        /[Nn]ondeterminism/,
      );
    },
    60_000,
  );
});
