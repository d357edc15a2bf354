import fc from 'fast-check';
import { createRowCounter } from '../../../../activities/reconciliation/row-counter';
import { readCsvRows, type CsvRow } from '../../../../activities/sources/file/csv-rows';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function rowsOf(bytes: Buffer | string, { from = 0, size = 16 } = {}): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  const rest = Buffer.from(bytes).subarray(from);
  for await (const group of readCsvRows(pieces(rest, size), { path: '/data.csv', from })) rows.push(...group);
  return rows;
}

async function cellsOf(text: string): Promise<(readonly string[])[]> {
  return (await rowsOf(text)).map(({ cells }) => cells);
}

const cell = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'é', '😀', ' '), maxLength: 8 }),
);
const row = fc.record({
  cells: fc.array(fc.record({ text: cell, quoted: fc.boolean() }), { minLength: 2, maxLength: 4 }),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  emptyLines: fc.integer({ min: 0, max: 2 }),
});
const file = fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 8 }), open: fc.boolean() });

type Given = typeof file extends fc.Arbitrary<infer T> ? T : never;

function written({ rows, open }: Given): string {
  const text = rows
    .map(({ cells, lineEnd, emptyLines }) => {
      const line = cells.map(({ text, quoted }) =>
        quoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
      );
      return lineEnd.repeat(emptyLines) + line.join(',') + lineEnd;
    })
    .join('');
  return open ? text.replace(/\r?\n$/, '') : text;
}

describe('readCsvRows', () => {
  it('finds the rows that were written, and the same rest from every boundary', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 40 }), async (given, size) => {
        const bytes = Buffer.from(written(given));
        const rows = await rowsOf(bytes, { size });
        expect(rows.map(({ cells }) => cells)).toEqual(given.rows.map(({ cells }) => cells.map(({ text }) => text)));
        for (const [index, { end }] of rows.entries()) {
          expect(await rowsOf(bytes, { from: end, size })).toEqual(rows.slice(index + 1));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps the bytes of a row without its line end', async () => {
    const rows = await rowsOf('a,b\r\n\r\n"c\nd",e\n\n"x"",",y');
    expect(rows.map(({ bytes }) => bytes.toString())).toEqual(['a,b', '"c\nd",e', '"x"",",y']);
  });

  it('treats a quotation mark inside a cell as a literal character', async () => {
    expect(await cellsOf('6" pipe,b\n"a"b,c\n')).toEqual([
      ['6" pipe', 'b'],
      ['"a"b', 'c'],
    ]);
  });

  it('returns rows with any number of cells', async () => {
    expect((await cellsOf('a,b,c\nd\n,,,\n')).map(({ length }) => length)).toEqual([3, 1, 4]);
  });

  it('finds no row in an empty file and in empty lines', async () => {
    expect(await cellsOf('')).toEqual([]);
    expect(await cellsOf('\n\r\n\n')).toEqual([]);
  });

  it('names the line of a quotation mark that is never closed', async () => {
    await expect(rowsOf('a,b\n"c,d\ne,f\n')).rejects.toMatchObject({
      type: 'SourceMalformed',
      message: expect.stringMatching(/\/data\.csv .*opening quote at line/) as unknown,
    });
  });

  it('finds as many rows as the independent counter, in any text', async () => {
    const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r\n', '\r', 'a', ' '), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const rows = await rowsOf(given).catch(() => null);
        fc.pre(rows !== null);
        const counter = createRowCounter('csv');
        counter.push(Buffer.from(given));
        expect(Math.max(0, rows.length - 1)).toBe(counter.rows());
      }),
      { numRuns: 500 },
    );
  });
});
