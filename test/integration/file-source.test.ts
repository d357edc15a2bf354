import { appendFile, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GREENHOUSE_FILE, GREENHOUSE_SOURCE } from './greenhouse';
import { ownFailure, PipelineDriver, until } from './pipeline-driver';

let driver: PipelineDriver;
let folder: string;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  // The run ends before Spark has anything to do.
  await driver.startWorker({ SPARK_PYTHON: join('no', 'python') });
  folder = await mkdtemp(join(tmpdir(), 'file-source-'));
}, 120_000);
afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('a file', () => {
  it('that changes while it is read ends the run instead of mixing two files', async () => {
    const path = join(folder, 'changing.csv');
    await copyFile(GREENHOUSE_FILE, path);
    const name = driver.newName('changed');
    const handle = await driver.start(name, { source: { ...GREENHOUSE_SOURCE, path, ratePerSecond: 10 } });
    await until('the first rows are published', async () => {
      const progress = await handle.query<{ produced: number }>('progress').catch(() => ({ produced: 0 }));
      return progress.produced > 0;
    });
    await appendFile(path, 'one more line\n');
    const error: unknown = await handle.result().catch((reason: unknown) => reason);
    const failure = ownFailure(error);
    expect(failure).toMatchObject({ type: 'SourceChanged' });
    expect(String(failure)).toContain(path);
  }, 600_000);
});
