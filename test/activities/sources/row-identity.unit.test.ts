import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HEADER, LETTERS, publishFile, RAW, type Reading } from './published-file';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'row-identity-'));
  path = join(folder, 'data');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const read = (content: string | Buffer | null, reading: Reading = {}) => publishFile(path, content, reading);

describe('the id of a row', () => {
  const rows = 'S1,t,1,2,größer\nS2,t,3,4,"a\nb"\n';

  it('is the same wherever the row stands, and in whatever encoding, compression and line ends', async () => {
    const idsIn = async (content: string | Buffer, options: Reading['options'] = {}) =>
      (await read(content, { options })).kafka.ids(RAW);
    const ids = await idsIn(HEADER + rows);
    const latin1 = Buffer.from(HEADER + rows, 'latin1');
    expect(await idsIn(latin1, { encoding: 'windows-1252' })).toEqual(ids);
    expect(await idsIn(gzipSync(latin1), { encoding: 'iso-8859-1' })).toEqual(ids);
    expect(await idsIn(Buffer.from(`\ufeff${HEADER}${rows}`, 'utf16le'))).toEqual(ids);
    expect(await idsIn(`\ufeff${HEADER}${rows.replace('größer\n', 'größer\r\n')}`)).toEqual(ids);
    expect(await idsIn(`${HEADER}\n${rows}S3,t,1,2,x`)).toEqual([...ids, expect.any(String)]);
    expect(await idsIn(`# a\n${HEADER}S3,t,1,2,x\n# b\n\n${rows.trim()}`, { comment: '#' })).toEqual([
      expect.any(String),
      ...ids,
    ]);
    const header = HEADER.trim().split(',');
    expect(await idsIn(rows, { header })).toEqual(ids);
    expect(await idsIn(`station, "at" ,temp,humidity,"note"\n${rows}`)).toEqual(ids);
  });

  it('differs with the text of the row and with the names of the columns', async () => {
    const idsUnder = async (header: string) => (await read(`${header}${rows}S1,t,1,2,"größer"\n`)).kafka.ids(RAW);
    const ids = [...(await idsUnder(HEADER)), ...(await idsUnder(HEADER.replace('humidity', 'moisture')))];
    expect(new Set(ids).size).toBe(6);
  });

  it('differs with the constants of the device', async () => {
    const idsOf = async (deviceId: object) => (await read(HEADER + rows, { fields: { deviceId } })).kafka.ids(RAW);
    const ids = [
      ...(await idsOf({ constant: 'sensor-1' })),
      ...(await idsOf({ constant: 'sensor-2' })),
      ...(await idsOf({ join: [{ constant: 'sensor-1' }, 'station'] })),
      ...(await idsOf({ join: ['station', { constant: 'sensor-1' }] })),
    ];
    expect(new Set(ids).size).toBe(8);
  });

  it('tells rows apart whose bytes are not UTF-8', async () => {
    const lines = Buffer.from('{"station":"ä"}\n{"station":"ö"}\n{"station":"ä"}\n', 'latin1');
    const [first = '', second, third] = (await read(lines, { format: 'ndjson' })).kafka.ids(RAW);
    expect(third).toBe(first);
    expect(second).not.toBe(first);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is that of its place in the file if every row counts', async () => {
    const content = `${HEADER}S1,t,1,2,x\nS1,t,1,2,x\nshort\n`;
    const { kafka, facts } = await read(content, { options: { identity: 'row' } });
    const prefix = facts.sha256.slice(0, 16);
    expect(kafka.ids(RAW)).toEqual([`${prefix}-0`, `${prefix}-1`]);
    expect(kafka.ids(LETTERS)).toEqual([`${prefix}-2`]);
  });

  it('is shared by equal rows, also by those that cannot be used', async () => {
    const { kafka, planned } = await read(`${HEADER}S1,t,1,2,x\nS1,t,1,2,x\nshort\nshort\n`);
    expect(planned).toHaveLength(4);
    expect(new Set(kafka.ids(RAW)).size).toBe(1);
    expect(new Set(kafka.ids(LETTERS)).size).toBe(1);
    expect(kafka.deadLetters(LETTERS).map(({ offset }) => offset)).toEqual(['row 4', 'row 5']);
  });
});

describe('publishFileRange of a file that grows', () => {
  const log = `${HEADER}S1,t,1,2,x\nS2,t,1,2,x\n`;

  it('leaves what is appended for the next run, which gives the old rows their old ids', async () => {
    const first = await read(log);
    const again = await read(null);
    await appendFile(path, 'S3,t,1,2,x\n');
    const grown = await read(null);
    expect(again.kafka.ids(RAW)).toEqual(first.kafka.ids(RAW));
    expect(grown.kafka.ids(RAW)).toEqual([...first.kafka.ids(RAW), expect.any(String)]);
  });

  it.each<[string, (text: string) => Buffer]>([
    ['UTF-8', (text) => Buffer.from(text)],
    ['UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ])('reads %s up to the length that it had at the start, in any ranges', async (_, write) => {
    for (const maxRecords of [1, 1_000]) {
      const more = write('S3,t,1,2,x\n').subarray(-22);
      const meanwhile = () => appendFile(path, more);
      const { kafka, planned } = await read(write(log), { maxRecords, meanwhile, crash: () => void meanwhile() });
      expect(kafka.records(RAW).map(({ key }) => key)).toEqual(['S1', 'S2']);
      expect(planned).toHaveLength(2);
    }
  });

  it('takes a last line without its end for a row', async () => {
    const { kafka } = await read(`${log}S3,t,1`, { meanwhile: () => appendFile(path, ',2,x\n') });
    expect(kafka.records(RAW)).toHaveLength(2);
    expect(kafka.deadLetters(LETTERS)).toMatchObject([{ reason: 'RowShape', offset: 'row 4' }]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['other rows at its beginning', () => writeFile(path, `${HEADER}S9,t,1,2,x\nS2,t,1,2,x\nS3,t,1,2,x\n`)],
    ['fewer rows', () => writeFile(path, `${HEADER}S1,t,1,2,x\n`)],
  ])('refuses one that has %s', async (_, meanwhile) => {
    await expect(read(log, { meanwhile })).rejects.toMatchObject({ type: 'SourceChanged', nonRetryable: true });
  });

  it('refuses a compressed one', async () => {
    const meanwhile = () => appendFile(path, gzipSync('S3,t,1,2,x\n'));
    await expect(read(gzipSync(log), { meanwhile })).rejects.toMatchObject({ type: 'SourceChanged' });
  });
});
