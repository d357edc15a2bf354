import fc from 'fast-check';
import { fileDialect } from '../../../../activities/contracts/file-dialect';
import { createRowReader } from '../../../../activities/reconciliation/row-reader';
import { readNdjsonLines, type FileRow } from '../../../../activities/sources/file/row-text';
import { textOf } from './text-of';

async function linesOf(text: Buffer, from: number, size: number): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const group of readNdjsonLines(textOf(text, { from, size }), '/data')) rows.push(...group);
  return rows;
}

describe('readNdjsonLines', () => {
  it('finds every line that is not empty, the same rest from every boundary, and the same as the independent reader', async () => {
    const text = fc.string({ unit: fc.constantFrom('\n', '\n', '\r\n', '{}', 'é', ' '), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 10 }), async (given, size) => {
        const bytes = Buffer.from(given);
        const rows = await linesOf(bytes, 0, size);
        expect(rows.map((row) => row.bytes.toString())).toEqual(given.split(/\r?\n/).filter((line) => line !== ''));
        for (const [index, { end }] of rows.entries()) {
          expect(await linesOf(bytes, end, size)).toEqual(rows.slice(index + 1));
        }
        const reader = createRowReader('ndjson', fileDialect({}));
        expect([...reader.push(bytes), ...reader.end()].map(String)).toEqual(rows.map((row) => row.bytes.toString()));
      }),
      { numRuns: 200 },
    );
  });
});
