import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createRowCounter } from '../../../activities/reconciliation/row-counter';

function rowsOf(format: 'csv' | 'ndjson', text: string | Buffer, chunkBytes = 1_000): number {
  const counter = createRowCounter(format);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) counter.push(bytes.subarray(at, at + chunkBytes));
  return counter.rows();
}

describe('the row counter of CSV', () => {
  it.each([
    ['nothing at all', '', 0],
    ['a header alone', 'a,b\n', 0],
    ['a last row without a line end', 'a,b\n1,2\n3,4', 2],
    ['line ends of two characters', 'a,b\r\n1,2\r\n', 1],
    ['empty lines', '\n\na,b\n\r\n1,2\n\n', 1],
    ['line breaks in quotes', 'a,b\n"1\n\n1",2\r\n3,"\n"\n', 2],
    ['doubled quotes', 'a,b\n"1""\n""",2\n3,4\n', 2],
    ['a quote inside an unquoted cell', 'a,b\n1",2\n3,4"\n', 2],
    ['a quote after the closing one', 'a,b\n"1"x",2\n3,4\n', 2],
    ['a byte order mark before a quoted header', '\ufeff"a\nb",c\n1,2\n', 1],
    ['a row of one empty quoted cell', 'a\n""\n', 1],
  ])('counts %s', (_, text, rows) => {
    expect(rowsOf('csv', text)).toBe(rows);
    expect(rowsOf('csv', text, 1)).toBe(rows);
  });

  it('agrees with another parser on anything, in chunks of any size', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ',', '"', '\n', '\r', '""', '\r\n', '"\n', 'é'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 5 }), (given, chunkBytes) => {
        const options = { record_delimiter: ['\r\n', '\n'], relax_column_count: true, relax_quotes: true };
        let records: unknown[];
        try {
          records = parse(given, { ...options, skip_empty_lines: true }) as unknown[];
        } catch {
          return; // A quote that never closes: such a file is refused as a whole.
        }
        expect(rowsOf('csv', given, chunkBytes)).toBe(Math.max(0, records.length - 1));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the row counter of NDJSON', () => {
  it.each([
    ['nothing at all', '', 0],
    ['empty lines', '\n{}\n\r\n\n{}\n', 2],
    ['a last line without a line end', '{}\n{}', 2],
    ['lines of blanks, which are rows that cannot be used', '{}\n  \n', 2],
  ])('counts %s', (_, text, rows) => {
    expect(rowsOf('ndjson', text)).toBe(rows);
    expect(rowsOf('ndjson', text, 1)).toBe(rows);
  });
});
