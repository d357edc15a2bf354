import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectFile } from '../../../activities/sources/inspect-file';
import { activityEnvironment } from './activity-environment';
import { sourcePlan } from './source-plan';

const FIELDS = { deviceId: 'station', timestamp: 'at', temperature: { column: 'temp', unit: '°F' } };

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspect-file-'));
  path = join(folder, 'data');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function inspect(source: Record<string, unknown> = {}, environment = activityEnvironment()) {
  const plan = sourcePlan({ source: { kind: 'file', path, format: 'csv', fields: FIELDS, ...source } });
  return environment.run(inspectFile, { plan });
}

describe('inspectFile', () => {
  it('returns sha256, size and columns of a CSV', async () => {
    const text = '\ufeffstation,at,"temp",,note\r\nS1,2026-05-01T00:00:00Z,70,,x\r\n';
    await writeFile(path, text);
    expect(await inspect()).toEqual({
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: Buffer.byteLength(text),
      modifiedMs: expect.any(Number) as unknown,
      columns: ['station', 'at', 'temp', 'column4', 'note'],
    });
  });

  it('has no columns for NDJSON', async () => {
    await writeFile(path, '\n\r\n{"station":"S1"}\n');
    expect(await inspect({ format: 'ndjson' })).toMatchObject({ columns: null });
  });

  it('sends heartbeats while it reads', async () => {
    await writeFile(path, 'station,at,temp\n' + 'S1,2026-05-01T00:00:00Z,70\n'.repeat(50_000));
    const environment = activityEnvironment();
    let heartbeats = 0;
    environment.on('heartbeat', () => heartbeats++);
    await inspect({}, environment);
    expect(heartbeats).toBeGreaterThan(2);
  });

  it.each([
    ['that does not exist', () => Promise.resolve(), /data does not exist/],
    ['that is a folder', () => mkdtemp(path).then((made) => (path = made)), / is a folder/],
    ['below a file', () => writeFile(path, 'x').then(() => (path = join(path, 'y'))), /y does not exist/],
  ])('reports a path %s as missing', async (_, prepare, message) => {
    await prepare();
    await expect(inspect()).rejects.toMatchObject({
      type: 'SourceMissing',
      nonRetryable: true,
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each([
    ['an empty file', 'csv', '', /file is empty/],
    ['an empty file', 'ndjson', '\n\n', /file is empty/],
    ['missing columns', 'csv', 'origin,at,temp\n', /Expected the columns "station"; there are "origin", "at", "temp"/],
    ['no measurement', 'csv', 'station,at,pressure\n', /"temp".* there are "station", "at", "pressure"/],
    ['a column twice', 'csv', 'station,at,temp,at\n', /"at" more than once/],
    ['another delimiter', 'csv', 'station;at;temp\n', /separated by commas/],
    ['another encoding', 'csv', Buffer.from('station,at,temp\n', 'utf16le'), /Expected the columns/],
    ['a header in Latin-1', 'csv', Buffer.from('station,at,temp,größe\n', 'latin1'), /Expected UTF-8/],
    ['an array', 'ndjson', '[1,2]\n', /Expected a JSON object on every line/],
    ['a CSV', 'ndjson', 'station,at,temp\n', /Expected a JSON object on every line/],
    ['a header that never ends', 'csv', '"station,at,temp\n', /opening quote/],
  ])('rejects %s as %s with a reason', async (_, format, content, message) => {
    await writeFile(path, content);
    await expect(inspect({ format })).rejects.toMatchObject({
      type: 'SourceMalformed',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('rejects a file that is still being written', async () => {
    await writeFile(path, 'station,at,temp\n' + 'S1,2026-05-01T00:00:00Z,70\n'.repeat(50_000));
    const environment = activityEnvironment();
    let writing: Promise<void> | undefined;
    environment.on('heartbeat', () => {
      writing ??= appendFile(path, 'S1,2026-05-01T00:00:00Z,71\n');
    });
    await expect(inspect({}, environment)).rejects.toMatchObject({ type: 'SourceChanged' });
    await writing;
  });

  it('stops when it is cancelled', async () => {
    await writeFile(path, 'station,at,temp\n' + 'S1,2026-05-01T00:00:00Z,70\n'.repeat(50_000));
    const environment = activityEnvironment();
    environment.on('heartbeat', () => {
      environment.cancel('CANCELLED');
    });
    await expect(inspect({}, environment)).rejects.toMatchObject({ name: 'CancelledFailure' });
  });
});
