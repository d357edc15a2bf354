import { appendFile, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GREENHOUSE_FILE, GREENHOUSE_SOURCE } from '../support/greenhouse';
import { ownFailure, PipelineDriver, until } from '../support/pipeline-driver';
import { startWorkerWithin, type WorkerWithin } from '../support/worker-within';

let driver: PipelineDriver;
let worker: WorkerWithin;
let folder: string;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  // Every run ends before Spark has anything to do.
  worker = await startWorkerWithin(driver.taskQueue, join('no', 'python'));
  folder = await mkdtemp(join(tmpdir(), 'bad-input-'));
}, 120_000);
afterAll(async () => {
  await worker.stop();
  await driver.close();
  await rm(folder, { recursive: true, force: true });
}, 180_000);

async function failureOf(input: unknown): Promise<string> {
  return await failureOfRun(driver.run(driver.newName('bad'), input));
}

/** Type and message of the failure at the bottom of the chain. */
async function failureOfRun(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => new Error('expected the pipeline to fail'),
    (reason: unknown) => reason,
  );
  const failure = ownFailure(error) as { type?: string; message: string };
  return `${failure.type ?? ''}: ${failure.message}`;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('bad input', () => {
  it('names all unknown and wrong fields at once', async () => {
    const failure = await failureOf({ source: { kind: 'simulate', records: 0 }, colour: 'red', partitions: 'four' });
    expect(failure).toMatch(/^InvalidInput/);
    for (const field of ['records', 'colour', 'partitions']) expect(failure).toContain(field);
  }, 180_000);

  it('names a file that does not exist', async () => {
    const path = join(folder, 'nowhere.csv');
    const failure = await failureOf({ source: { kind: 'file', path, format: 'csv' } });
    expect(failure).toMatch(/^SourceMissing/);
    expect(failure).toContain(path);
  }, 180_000);

  it('names the columns that a file lacks', async () => {
    const path = await file('columns.csv', 'station,when\nx,2026-01-01T00:00:00Z\n');
    const failure = await failureOf({ source: { kind: 'file', path, format: 'csv', fields: { deviceId: 'station' } } });
    expect(failure).toMatch(/^SourceMalformed/);
    expect(failure).toContain('timestamp');
  }, 180_000);

  it('names a topic that does not exist', async () => {
    const failure = await failureOf({ source: { kind: 'topic', topic: 'no-such-topic' } });
    expect(failure).toMatch(/^SourceMissing/);
    expect(failure).toContain('no-such-topic');
  }, 180_000);

  it('names a file that changes while it is read, and ends the run instead of mixing two files', async () => {
    const path = join(folder, 'changing.csv');
    await copyFile(GREENHOUSE_FILE, path);
    const handle = await driver.start(driver.newName('changed'), {
      source: { ...GREENHOUSE_SOURCE, path, ratePerSecond: 10 },
    });
    await until('the first rows are published', async () => {
      const progress = await handle.query<{ produced: number }>('progress').catch(() => ({ produced: 0 }));
      return progress.produced > 0;
    });
    await appendFile(path, 'one more line\n');
    const failure = await failureOfRun(handle.result());
    expect(failure).toMatch(/^SourceChanged/);
    expect(failure).toContain(path);
  }, 600_000);
});
