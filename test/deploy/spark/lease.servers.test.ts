import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseInput } from '../../../activities/preparation/parse-input';
import { jobSettings } from '../../../activities/spark/job-settings';
import { pollDriver, stopDriver, submitDriver } from '../../../activities/spark/driver-process';
import { processFacts } from '../../../activities/spark/process-facts';
import { RunFolder } from '../../../activities/spark/run-folder';
import type { SparkHandle } from '../../../activities/spark/types';
import { sparkDependencies } from './spark-dependencies';

const plan = parseInput(
  { io: 'io', lanes: 'lanes', host: 'host' },
  { input: undefined, workflowId: 'pipeline/lease', run: 'run-1', startedAt: '2026-01-01T00:00:00Z' },
);

let folder: string;
let handle: SparkHandle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lease-'));
  const place = {
    bootstrap: '127.0.0.1:1',
    schemaRegistry: null,
    connectionsFile: null,
    sparkState: folder,
    runFolder: join(folder, 'run'),
  };
  const settings = jobSettings({ plan, rawFrom: 'earliest', trigger: 'processing-time', start: 0 }, place);
  handle = await submitDriver(sparkDependencies('unused'), {
    runFolder: place.runFolder,
    settings,
    connections: '{}',
    isSmall: true,
  });
});
afterAll(async () => {
  await stopDriver(handle, 0);
  await rm(folder, { recursive: true });
});

describe('the lease of a driver', () => {
  it('ends a driver whose lease nobody has touched for its time; whoever polls it then sees that it failed', async () => {
    const run = new RunFolder(handle.runFolder);
    while ((await run.read('lock')) === null) await sleep(100);
    expect(await pollDriver(handle)).toEqual({ running: true, exitOk: null, error: null });
    await utimes(join(handle.runFolder, 'lease'), 0, 0);
    while ((await processFacts(handle.pid)) !== null) await sleep(100);
    const error = expect.stringMatching(/^LeaseLost/) as string;
    expect(await pollDriver(handle)).toEqual({ running: false, exitOk: false, error });
  });
});
