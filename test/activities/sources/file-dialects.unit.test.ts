import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'iconv-lite';
import type { DialectOptions } from '../../../activities/contracts/file-dialect';
import { HEADER, LETTERS, publishFile, RAW, type Reading } from './published-file';
import { RecordingKafka } from './recording-kafka';
import { zstdFrame } from './zstd-frame';

const NAMES = HEADER.trim().split(',');
const ROW = 'Süd,t,70.5,50,"20 °C, “warm”"\n';
const READING = { station: 'Süd', at: 't', temp: 70.5, humidity: 50, note: '20 °C, “warm”' };

/** What the command `zstd -19 --check` makes of `COMPRESSED_TEXT`. */
const COMPRESSED = Buffer.from(
  'KLUv/aT+mQMARBAAlupTF5Cp0AaoBgWskKsebSYku3unlAb8Hw9OWgBIAEkAR2ORODzNkhSeFY1wKXd7nT7//Z6Xn81l8vi2a1p8' +
    'tVap09dtWenRWCQOT7MkhWclRDO/3VIMwQAABlEhYggJACAYCAeiYRwGDgYLBSLBgGCIISAOEA5DYCgEPM2SFJ4VjXApd3udPv/9' +
    'npefzWXy+LZrWny1VqnT121Z6dFYJA5PsySFZ0UjXMrdXqfPf7/n5WdzmTy+7ZoWX61V6vR1W1YawrOiES7lbq/T57/f8/KzuUwe' +
    '33ZNi6/WKnX6ui0rPRqLxOFplqTwrGiES7nb6/T57/e8/Gwuk8e3XdPiq7VKnb5uy0qPxiJxAnd7nT7//Z6Xn81l8vi2a1p8tVap' +
    '09dtWenRWCQOT7MkhWdFI1zK3V6nz3+/5+Vnc5k8vu2aFl+tVer0dVtWejQWicPTLMmBZKghMH7/3/FaIMm7ATIQBBgE+vv///8G' +
    'vu8l0LoCRJBcWlaBYnqaEQgKIgoyOQq7FlSvXX6ddWUKJwpsZ2iIPOjpKG9bSF11/TrryiicKLCdoRF50NNR3ragau3066wrUzhR' +
    'YHOGRuRBT0d524LqsuvXsa5M4USB7QyNyIOejnJtC5VrrV9nXZnCiQK2MzQiD3o6ytsWVKddfp11ZQonpEe8DWGbkGdC3oR5E+RN' +
    'kCdM2J2PqlUAAAABAPuZIfS5BgJBK7AQ',
  'base64',
);
const COMPRESSED_TEXT = HEADER + Array.from({ length: 20_000 }, (_, row) => `S${row % 7},t,${row % 50},2,x\n`).join('');

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-dialects-'));
  path = join(folder, 'data');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const read = (content: string | Buffer | null, reading: Reading = {}) => publishFile(path, content, reading);

/** Longer than what is read at once. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(700_000)]);
}

function readings({ kafka }: { readonly kafka: RecordingKafka }): unknown[] {
  return kafka.values(RAW).map((value) => JSON.parse(value) as unknown);
}

describe('publishFileRange of a CSV in another dialect', () => {
  it.each<[string, DialectOptions, string]>([
    ['blanks around cells', {}, `station, at ,temp,\thumidity,note\n Süd ,t, 70.5, 50 , "20 °C, “warm”" \n`],
    ['semicolons', { delimiter: ';' }, `station;at;temp;humidity;note\r\nSüd;t;70.5;50;20 °C, “warm”\r\n`],
    ['tabs without quotes', { delimiter: '\t', quote: null }, `${NAMES.join('\t')}\nSüd\tt\t70.5\t50\t20 °C, “warm”`],
    ['apostrophes', { quote: "'" }, `${HEADER}Süd,t,70.5,'50','20 °C, “warm”'\n`],
    ['a title', { skipLines: 2 }, `"Plot\n1,2\n${HEADER}${ROW}`],
    ['comments', { comment: '%' }, `% "made" by, x\n${HEADER}\n  %\n${ROW}%`],
    ['row names', { rowNames: true }, `${HEADER}"1",${ROW}`],
    ['no header', { header: NAMES }, ROW],
    ['no header, row names and a title', { header: NAMES, rowNames: true, skipLines: 1 }, `My data\n7,${ROW}`],
  ])('reads %s', async (_, options, content) => {
    const published = await read(content, { options });
    expect(readings(published)).toEqual([READING]);
    expect(published.kafka.records(RAW)[0]?.key).toBe('Süd');
    expect(published.kafka.deadLetters(LETTERS)).toEqual([]);
    expect(published.planned).toHaveLength(1);
  });

  it('counts rows from the first line of the file', async () => {
    const rows = 'S1,t,1,2,x\nshort\n';
    const offsets = async (content: string, options: DialectOptions) =>
      (await read(content, { options })).kafka.deadLetters(LETTERS).map(({ offset }) => offset);
    expect(await offsets(`${HEADER}${rows}`, {})).toEqual(['row 3']);
    expect(await offsets(rows, { header: NAMES })).toEqual(['row 2']);
    expect(await offsets(`title\n\n${HEADER}${rows}`, { skipLines: 2 })).toEqual(['row 5']);
  });

  it('creates dead letters of rows with NUL characters', async () => {
    const damaged = `${'\0'.repeat(300)}\nS2,t,1,2,with\0nul\n`;
    const { kafka, planned } = await read(`${HEADER}S1,t,1,2,x\n${damaged}S3,t,1,2,x\n`);
    expect(planned).toHaveLength(4);
    expect(kafka.records(RAW).map(({ key }) => key)).toEqual(['S1', 'S3']);
    expect(kafka.deadLetters(LETTERS)).toMatchObject([
      { reason: 'NulCharacter', offset: 'row 3', originalLength: 300 },
      { reason: 'NulCharacter', offset: 'row 4', detail: expect.stringContaining('in column "note", got') as string },
    ]);
  });

  it('creates a dead letter of a row without its name', async () => {
    const { kafka } = await read(`${HEADER}1,${ROW}${ROW}`, { options: { rowNames: true } });
    const detail = 'Expected 6 cells in the row, got 5.';
    expect(kafka.deadLetters(LETTERS)).toMatchObject([{ reason: 'RowShape', offset: 'row 3', detail }]);
  });

  it.each([
    ['a file', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['a compressed file', gzipSync],
  ])('publishes what is before a quotation mark in %s that is never closed, and names its line', async (_, write) => {
    const kafka = new RecordingKafka();
    const content = write(`title\n${HEADER}S1,t,1,2,"a\nb"\n\nS2,t,1,2,"5 inch\nS3,t,1,2,x\n`);
    await expect(read(content, { kafka, options: { skipLines: 1 } })).rejects.toMatchObject({
      type: 'SourceMalformed',
      message: expect.stringContaining('the quotation mark that opens a cell in line 6 is never closed') as unknown,
    });
    expect(kafka.records(RAW).map(({ key }) => key)).toEqual(['S1']);
  });
});

describe('publishFileRange of a file that has to be decoded', () => {
  const text = HEADER + ROW;

  it.each<[string, DialectOptions, Buffer]>([
    ['Windows-1252', { encoding: 'windows-1252' }, encode(text, 'windows-1252')],
    ['UTF-16, little-endian', {}, Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big-endian', {}, Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', { encoding: 'utf-16' }, Buffer.from(text, 'utf16le').swap16()],
    ['UTF-8 with a mark, whatever the option says', { encoding: 'windows-1252' }, Buffer.from(`\ufeff${text}`)],
    ['gzip', {}, gzipSync(text)],
    ['gzip in parts', {}, Buffer.concat([gzipSync(text.slice(0, 1)), gzipSync(text.slice(1))])],
    ['gzip with zeros behind it, as tapes and disk images have them', {}, padded(gzipSync(text))],
    ['zstd', {}, zstdFrame(text)],
    ['zstd in parts', {}, Buffer.concat([zstdFrame(text.slice(0, 40)), zstdFrame(text.slice(40))])],
    ['gzip of UTF-16', {}, gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le'))],
    ['gzip of Windows-1252', { encoding: 'windows-1252' }, gzipSync(encode(text, 'windows-1252'))],
    ['gzip of UTF-8 with a mark', {}, gzipSync(`\ufeff${text}`)],
  ])('reads %s', async (_, options, content) => {
    const published = await read(content, { options });
    expect(readings(published)).toEqual([READING]);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(published.facts).toMatchObject({ bytes: content.length, sha256 });
    expect(published.planned).toHaveLength(1);
  });

  it('reads what the command zstd has compressed', async () => {
    const { kafka, planned } = await read(COMPRESSED);
    expect(planned).toHaveLength(20_000);
    const lines = kafka.values(RAW).map((value) => Object.values(JSON.parse(value) as Record<string, string>).join());
    expect(`${HEADER}${lines.join('\n')}\n`).toBe(COMPRESSED_TEXT);
  });

  it('tells ISO-8859-1 from Windows-1252', async () => {
    const bytes = Buffer.concat([Buffer.from(`${HEADER}S1,t,1,2,`), Buffer.of(0xe9, 0x92, 0x0a)]);
    const note = async (encoding: 'iso-8859-1' | 'windows-1252') =>
      readings(await read(bytes, { options: { encoding } }));
    expect(await note('iso-8859-1')).toMatchObject([{ note: 'é\u0092' }]);
    expect(await note('windows-1252')).toMatchObject([{ note: 'é’' }]);
  });

  it('creates a dead letter of a row whose UTF-16 is damaged', async () => {
    const good = Buffer.from(`\ufeff${HEADER}S1,t,1,2,😀\nS2,t,1,2,x`, 'utf16le');
    const { kafka } = await read(Buffer.concat([good, Buffer.of(0x00, 0xd8, 0x78)]));
    expect(kafka.records(RAW).map(({ key }) => key)).toEqual(['S1']);
    expect(kafka.deadLetters(LETTERS)).toMatchObject([
      {
        reason: 'NotUtf16',
        offset: 'row 3',
        detail: 'Expected UTF-16 in column "note", got a character that is damaged.',
      },
    ]);
  });

  it('refuses gzip whose data goes on behind zeros, which would end it unseen', async () => {
    const more = gzipSync('S2,t,1,2,x\n');
    const content = Buffer.concat([gzipSync(`${HEADER}S1,t,1,2,x\n`), Buffer.alloc(300_000), more]);
    await expect(read(content)).rejects.toThrow(
      /cannot be decompressed with gzip \(data follows the zeros at byte \d+\)/,
    );
  });

  it('reads NDJSON too', async () => {
    const line = '{"station":"Süd"}';
    const content = gzipSync(Buffer.from(`\ufeff${line}\r\n\n${line}`, 'utf16le'));
    const { kafka, planned } = await read(content, { format: 'ndjson' });
    expect(kafka.values(RAW)).toEqual([line, line]);
    expect(planned).toHaveLength(2);
  });

  it('publishes the same records for any division into ranges, and after any last heartbeat', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `Süd${row % 4},t,${row},2,"😀\nrow"\r\n`).join('');
    const expected = (await read(HEADER + rows)).kafka.values(RAW);
    const utf16 = Buffer.from(`\ufeff${HEADER}${rows}`, 'utf16le').swap16();
    for (const content of [gzipSync(HEADER + rows), zstdFrame(HEADER + rows), utf16]) {
      for (const maxRecords of [1, 13, 20, 40, 41]) {
        const { kafka, results, planned } = await read(content, { maxRecords });
        expect(kafka.values(RAW)).toEqual(expected);
        expect(planned).toHaveLength(40);
        expect(new Set(kafka.ids(RAW)).size).toBe(40);
        expect(results.at(-1)).toMatchObject({ done: true, rowNext: 40 });
      }
      const [first] = (await read(null, { maxRecords: 17 })).results;
      const heartbeatDetails = Object.fromEntries(Object.entries(first ?? {}).filter(([name]) => name !== 'done'));
      expect((await read(null, { heartbeatDetails })).kafka.values(RAW)).toEqual(expected.slice(17));
    }
  });
});
