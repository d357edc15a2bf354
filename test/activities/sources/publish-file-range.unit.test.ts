import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MAX_ORIGINAL_BYTES, MAX_RAW_RECORD_BYTES } from '../../../activities/contracts/record';
import { HEADER, LETTERS, publishFile, RAW, type Reading } from './published-file';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-file-range-'));
  path = join(folder, 'data');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const read = (content: string | Buffer | null, reading: Reading = {}) => publishFile(path, content, reading);

describe('publishFileRange of a CSV', () => {
  it('publishes rows as objects with the column names of the file and the ids of the rows', async () => {
    const rows = [`S1,2026-05-01T00:00:00Z,39.02,10.357019999999999,"said ""hi"",\nleft"`, 'S2,1746057600000,-1e2,7,x'];
    const { kafka, results, facts } = await read(`${HEADER}${rows.join('\n')}\n`);
    expect(kafka.values(RAW)).toEqual([
      '{"station":"S1","at":"2026-05-01T00:00:00Z","temp":39.02,"humidity":10.357019999999999,"note":"said \\"hi\\",\\nleft"}',
      '{"station":"S2","at":"1746057600000","temp":-1e2,"humidity":7,"note":"x"}',
    ]);
    const names = createHash('sha256').update('[["station","at","temp","humidity","note"],[]]').digest();
    const ids = rows.map((row) => createHash('sha256').update(names).update(row).digest('hex').slice(0, 32));
    expect(kafka.records(RAW).map(({ key, headers }) => [key, headers])).toEqual([
      ['S1', { 'pipeline-row': ids[0], 'pipeline-position': 'row 2', 'pipeline-run': 'run-1' }],
      ['S2', { 'pipeline-row': ids[1], 'pipeline-position': 'row 3', 'pipeline-run': 'run-1' }],
    ]);
    expect(results).toEqual([
      {
        byteNext: facts.bytes,
        rowNext: 2,
        done: true,
        published: 2,
        deadLetters: 0,
        bytes: expect.any(Number) as unknown,
      },
    ]);
  });

  it('omits cells that are empty or NA', async () => {
    const { kafka } = await read(`${HEADER}S1,t,NA,,\n,NA,1,NA,""\n`);
    expect(kafka.values(RAW)).toEqual(['{"station":"S1","at":"t"}', '{"temp":1}']);
    expect(kafka.records(RAW).map(({ key }) => key)).toEqual(['S1', null]);
  });

  it.each(['hot', '1,5', '007', '+1', '.5', '1.', 'NaN', '0x10', 'Infinity', '1 2'])(
    'keeps %j in a measurement as text for Spark to judge',
    async (value) => {
      const { kafka } = await read(`${HEADER}S1,t,"${value}",1,x\n`);
      expect(JSON.parse(kafka.values(RAW)[0] ?? '')).toMatchObject({ temp: value });
    },
  );

  it('reads numbers with blanks around them', async () => {
    const { kafka } = await read(`${HEADER}S1,t, 70.5 ,1,x\n`);
    expect(kafka.values(RAW)).toEqual(['{"station":"S1","at":"t","temp":70.5,"humidity":1,"note":"x"}']);
  });

  it.each([
    ['a byte order mark', `\ufeff${HEADER}S1,t,1,2,x\nS2,t,3,4,y\n`],
    ['CRLF', `${HEADER}S1,t,1,2,x\nS2,t,3,4,y\n`.replaceAll('\n', '\r\n')],
    ['no last line end', `${HEADER}S1,t,1,2,x\nS2,t,3,4,y`],
    ['empty lines', `\n${HEADER}\nS1,t,1,2,x\n\r\n\nS2,t,3,4,y\n\n`],
    ['mixed line ends', `${HEADER}S1,t,1,2,x\r\nS2,t,3,4,y\n`],
  ])('reads a file with %s, whole and row by row', async (_, content) => {
    const { kafka: plain } = await read(`${HEADER}S1,t,1,2,x\nS2,t,3,4,y\n`);
    for (const maxRecords of [1_000, 1]) {
      const { kafka } = await read(content, { maxRecords });
      expect(kafka.records(RAW).map(({ key }) => key)).toEqual(['S1', 'S2']);
      expect(kafka.values(RAW)[1]).toBe('{"station":"S2","at":"t","temp":3,"humidity":4,"note":"y"}');
      expect(kafka.ids(RAW)).toEqual(plain.ids(RAW));
    }
  });

  it('creates dead letters of rows with another number of cells', async () => {
    const content = `${HEADER}S1,t,1,2,x\r\nS2,t\r\nS3,t,1,2,x,"y\n"\r\nS4,t,1,2,x\r\n`;
    const { kafka, results, facts } = await read(content, { options: { identity: 'row' } });
    const prefix = facts.sha256.slice(0, 16);
    expect(kafka.ids(RAW)).toEqual([`${prefix}-0`, `${prefix}-3`]);
    const deadLetters = kafka.deadLetters(LETTERS);
    expect(deadLetters).toMatchObject([
      { id: `${prefix}-1`, stage: 'source', reason: 'RowShape', topic: RAW, offset: 'row 3' },
      { id: `${prefix}-2`, stage: 'source', reason: 'RowShape', topic: RAW, offset: 'row 4' },
    ]);
    expect(deadLetters.map(({ original }) => Buffer.from(original ?? '', 'base64').toString())).toEqual([
      'S2,t',
      'S3,t,1,2,x,"y\n"',
    ]);
    expect(kafka.records(LETTERS)[0]?.headers).toEqual({ 'event-id': `${prefix}-1`, 'pipeline-run': 'run-1' });
    expect(results[0]).toMatchObject({ rowNext: 4, published: 2, deadLetters: 2 });
  });

  it('creates a dead letter with the bytes of a row that is not UTF-8', async () => {
    const row = Buffer.from('S1,t,1,2,größer', 'latin1');
    const { kafka } = await read(Buffer.concat([Buffer.from(HEADER), row, Buffer.from('\nS2,t,1,2,größer\n')]));
    const detail =
      'Expected UTF-8 in column "note", got other bytes. It is probably Windows-1252: set source.encoding to "windows-1252".';
    expect(kafka.deadLetters(LETTERS)).toMatchObject([{ reason: 'NotUtf8', detail, original: row.toString('base64') }]);
    expect(kafka.values(RAW)).toHaveLength(1);
  });

  it('creates a truncated dead letter with the full length of a too large row', async () => {
    const { kafka } = await read(`${HEADER}S1,t,1,2,${'x'.repeat(1_200_000)}\nS2,t,1,2,x\n`);
    const [deadLetter] = kafka.deadLetters(LETTERS);
    expect(deadLetter).toMatchObject({ stage: 'source', reason: 'TooLarge', offset: 'row 2' });
    expect(deadLetter?.originalLength).toBeGreaterThan(1_200_000);
    expect(Buffer.from(deadLetter?.original ?? '', 'base64')).toHaveLength(MAX_ORIGINAL_BYTES);
    expect(kafka.values(RAW)).toHaveLength(1);
  });

  it('publishes the same records for any division of the file into ranges', async () => {
    const content = `${HEADER}${Array.from({ length: 60 }, (_, row) =>
      row % 9 === 5 ? `S${row},short\n` : `S${row % 4},t,${row},2,"line\nbreak ""${row}"""\r\n`,
    ).join('')}`;
    const whole = (await read(content)).kafka;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 61 }), async (maxRecords) => {
        const { kafka, results } = await read(null, { maxRecords });
        expect(kafka.records(RAW)).toEqual(whole.records(RAW));
        expect(kafka.records(LETTERS)).toEqual(whole.records(LETTERS));
        expect(results.length).toBe(Math.ceil(60 / maxRecords));
      }),
      { numRuns: 15 },
    );
  });

  it('continues after the last heartbeat', async () => {
    const content = `${HEADER}S1,t,1,2,x\nS2,t,3,4,y\n`;
    const byteNext = content.indexOf('S2');
    const heartbeatDetails = { byteNext, rowNext: 1, published: 1, deadLetters: 0, bytes: 10 };
    const { kafka, results } = await read(content, { heartbeatDetails });
    expect(kafka.values(RAW)).toEqual(['{"station":"S2","at":"t","temp":3,"humidity":4,"note":"y"}']);
    expect(results).toMatchObject([{ rowNext: 2, published: 2, done: true }]);
  });

  it.each([['garbage'], [{ byteNext: -1 }], [{ byteNext: 1e9, rowNext: 1, published: 0, deadLetters: 0, bytes: 0 }]])(
    'begins anew after heartbeat details %j',
    async (heartbeatDetails) => {
      const { kafka } = await read(`${HEADER}S1,t,1,2,x\nS2,t,3,4,y\n`, { heartbeatDetails });
      expect(kafka.ids(RAW)).toHaveLength(2);
    },
  );

  it('passes the fault point once for each batch', async () => {
    const points: string[] = [];
    const crash = (point: string) => points.push(point);
    const { kafka } = await read(HEADER + 'S1,t,1,2,x\n'.repeat(2_500), { crash });
    expect(points).toEqual(kafka.published.map(() => 'source'));
    expect(points.length).toBeGreaterThan(2);
  });

  it('respects a rate', async () => {
    const beganMs = Date.now();
    await read(HEADER + 'S1,t,1,2,x\n'.repeat(51), { ratePerSecond: 100 });
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(500);
  });
});

describe('publishFileRange of NDJSON', () => {
  it('publishes lines unchanged, keyed by device, and does not count empty ones', async () => {
    const lines = ['{"station": "S1",  "temp":1.50}', '{"temp":2}', 'not json', '{"station":17}', ' '];
    const { kafka, results } = await read(`\ufeff${lines[0] ?? ''}\r\n\n${lines.slice(1).join('\n')}`, {
      format: 'ndjson',
      maxRecords: 2,
      options: { identity: 'row' },
    });
    expect(kafka.values(RAW)).toEqual(lines);
    expect(kafka.records(RAW).map(({ key }) => key)).toEqual(['S1', null, null, null, null]);
    expect(kafka.ids(RAW).map((id) => id.split('-')[1])).toEqual(['0', '1', '2', '3', '4']);
    expect(results.map(({ rowNext, done }) => [rowNext, done])).toEqual([
      [2, false],
      [4, false],
      [5, true],
    ]);
  });

  it('passes on bytes that are not UTF-8', async () => {
    const line = Buffer.from('{"station":"größer"}', 'latin1');
    const { kafka } = await read(Buffer.concat([Buffer.from('{}\n'), line]), { format: 'ndjson' });
    expect(kafka.records(RAW)[1]?.value).toEqual(line);
  });

  it('creates a dead letter of a too large line', async () => {
    const { kafka } = await read(`{}\n{"note":"${'x'.repeat(MAX_RAW_RECORD_BYTES)}"}\n{}\n`, { format: 'ndjson' });
    expect(kafka.deadLetters(LETTERS)).toMatchObject([{ reason: 'TooLarge', offset: 'row 2' }]);
    expect(kafka.values(RAW)).toEqual(['{}', '{}']);
  });
});

describe('publishFileRange of a file that changes', () => {
  const content = `${HEADER}S1,t,1,2,x\n`;

  it('rejects other content', async () => {
    const meanwhile = () => writeFile(path, content.replace('S1', 'S2'));
    await expect(read(content, { meanwhile })).rejects.toMatchObject({
      type: 'SourceChanged',
      nonRetryable: true,
      message: expect.stringContaining(path) as unknown,
    });
  });

  it('rejects content that changes while it is read', async () => {
    const crash = () => {
      changed ??= writeFile(path, HEADER + 'S1,t,1,2,y\n'.repeat(5_001));
    };
    let changed: Promise<void> | undefined;
    await expect(read(HEADER + 'S1,t,1,2,x\n'.repeat(5_000), { crash })).rejects.toMatchObject({
      type: 'SourceChanged',
    });
    await changed;
  });

  it('continues if only the modification time differs', async () => {
    const { kafka } = await read(content, { meanwhile: () => utimes(path, 1, 1) });
    expect(kafka.values(RAW)).toHaveLength(1);
  });

  it('reports a deleted file as missing', async () => {
    const meanwhile = () => rename(path, `${path}.gone`);
    await expect(read(content, { meanwhile })).rejects.toMatchObject({ type: 'SourceMissing' });
  });
});
