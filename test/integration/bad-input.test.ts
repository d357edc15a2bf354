import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownFailure, PipelineDriver } from './pipeline-driver';

let driver: PipelineDriver;
let folder: string;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  await driver.startWorker();
  folder = await mkdtemp(join(tmpdir(), 'bad-input-'));
}, 120_000);
afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
}, 180_000);

/** Type and message of the failure at the bottom of the chain. */
async function failureOf(input: unknown): Promise<string> {
  const error: unknown = await driver.run(driver.newName('bad'), input).then(
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
});
