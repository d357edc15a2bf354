import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inspectFile } from '../../../activities/sources/inspect-file';
import { NO_EARLIER_RUNS } from '../../support/activities';
import { activityEnvironment } from './activity-environment';
import { sourcePlan } from './source-plan';
import { zstdFrame } from './zstd-frame';

const FIELDS = { deviceId: 'station', timestamp: 'at', temperature: { column: 'temp', unit: '°F' } };

const ROW_NAMES = /Rows have one cell more than the header: set source\.rowNames\.$/;
const LATIN_1 = /Expected UTF-8; .* probably Windows-1252: set source\.encoding to "windows-1252"/;

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
  return environment.run(inspectFile.bind(null, { elasticsearch: NO_EARLIER_RUNS }), { plan });
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
      notes: [],
    });
  });

  it.each<[string, Record<string, unknown>, string | Buffer]>([
    ['blanks around them', {}, ' station , at,"temp" ,  note\nS1, t, 70, x\n'],
    ['a delimiter', { delimiter: ';' }, 'station;at;temp;note\nS1;t;70,5;x\n'],
    ['lines before them', { skipLines: 2 }, 'Plot "7\n\nstation,at,temp,note\n'],
    ['comments', { comment: '#' }, '# station,at\nstation,at,temp,note\n'],
    ['row names', { rowNames: true }, '"station","at","temp","note"\n"1","S1","t",70,"x"\n'],
    ['a first row that has a cell too many', {}, 'station,at,temp,note\nS1,t,70,hot, dry\nS2,t,70,x\n'],
    ['names in the input', { header: ['station', 'at', 'temp', 'note'] }, 'S1,t,70,x\n'],
    ['names in the input, but no row', { header: ['station', 'at', 'temp', 'note'] }, ''],
    ['compression', {}, gzipSync('station,at,temp,note\n')],
    ['UTF-16', {}, Buffer.from('\ufeffstation,at,temp,note\n', 'utf16le')],
  ])('returns the columns of a file with %s', async (_, options, content) => {
    await writeFile(path, content);
    expect(await inspect(options)).toMatchObject({ columns: ['station', 'at', 'temp', 'note'] });
  });

  it('rejects row names that the file has not', async () => {
    await writeFile(path, 'station,at,temp\nS1,t,70\n');
    await expect(inspect({ rowNames: true })).rejects.toMatchObject({
      type: 'SourceMalformed',
      message: expect.stringMatching(/as many cells as the header: remove source\.rowNames\.$/) as unknown,
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
    [
      'semicolons',
      'csv',
      'station;at;temp\nS1;t;1,5\n',
      /one column, which contains ";": set source\.delimiter to ";"/,
    ],
    ['tabs', 'csv', 'station\tat\ttemp\n', /one column, which contains "\\t": set source\.delimiter to "\\t"/],
    ['a title', 'csv', 'Plot Title\nstation,at,temp\nS1,t,1\n', /first row has one cell .* set source\.skipLines/],
    ['row names', 'csv', 'station,at,temp\n1,S1,t,70\n2,S1,t,71', ROW_NAMES],
    [
      'an open last column',
      'csv',
      'station,at,temp\nS1,t,70,\n',
      /empty last one: .* source\.header, .* source\.skipLines/,
    ],
    ['UTF-16 without a mark', 'csv', Buffer.from('station,at,temp\n', 'utf16le'), /source\.encoding to "utf-16"/],
    ['a header in Latin-1', 'csv', Buffer.from('station,at,temp,größe\n', 'latin1'), LATIN_1],
    ['an Excel workbook', 'csv', 'PK\u0003\u0004', /ZIP archive or an Excel workbook/],
    ['a gzip file that is cut off', 'csv', gzipSync('station,at,temp\n').subarray(0, -9), /damaged or cut off/],
    ['a zstd file that is cut off', 'csv', zstdFrame('station,at,temp\n').subarray(0, -5), /damaged or cut off/],
    ['an array', 'ndjson', '[1,2]\n', /Expected a JSON object on every line/],
    ['a CSV', 'ndjson', 'station,at,temp\n', /Expected a JSON object on every line/],
    ['a header that never ends', 'csv', '\n"station,at,temp\n', /the quotation mark that opens a cell in line 2 /],
  ])('rejects %s as %s with a reason', async (_, format, content, message) => {
    await writeFile(path, content);
    await expect(inspect({ format })).rejects.toMatchObject({
      type: 'SourceMalformed',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each([
    ['text that grows', (text: string) => Buffer.from(text), null],
    ['a compressed file that grows', (text: string) => gzipSync(text, { level: 0 }), 'SourceChanged'],
  ])('reads %s as long as it was, or refuses it', async (_, write, type) => {
    const content = write('station,at,temp\n' + 'S1,2026-05-01T00:00:00Z,70\n'.repeat(50_000));
    await writeFile(path, content);
    const environment = activityEnvironment();
    let writing: Promise<void> | undefined;
    environment.on('heartbeat', () => {
      writing ??= appendFile(path, write('S1,2026-05-01T00:00:00Z,71\n'));
    });
    const found = inspect({}, environment).catch((error: unknown) => error);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(await found).toMatchObject(type === null ? { sha256, bytes: content.length } : { type });
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
