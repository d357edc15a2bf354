import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { fileDialect, type DialectOptions } from '../../../activities/contracts/file-dialect';
import { createRowCounter } from '../../../activities/reconciliation/row-counter';

function rowsOf(format: 'csv' | 'ndjson', text: string, size = 1_000, options: DialectOptions = {}): number {
  const counter = createRowCounter(format, fileDialect(options));
  for (let at = 0; at < text.length; at += size) counter.push(text.slice(at, at + size));
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
    ['blanks before a quote', 'a, "b\n"\n1,2\n', 1],
    ['lines of blanks', 'a,b\n \n1,2\n\t\n', 1],
    ['a row of one empty quoted cell', 'a\n""\n', 1],
  ])('counts %s', (_, text, rows) => {
    expect(rowsOf('csv', text)).toBe(rows);
    expect(rowsOf('csv', text, 1)).toBe(rows);
  });

  it.each<[string, DialectOptions, string, number]>([
    ['lines before the header', { skipLines: 2 }, 'a "title\n\na,b\n1,2\n', 1],
    ['no header', { header: ['a', 'b'] }, '1,2\n3,4\n', 2],
    ['another delimiter and quote', { delimiter: ';', quote: "'" }, "a;b\n1;'2\n3'\n4;\"\n", 2],
    ['no quote', { quote: null }, 'a,b\n"1,2\n3,4"\n', 2],
    ['comments', { comment: '#' }, '#x "\na,b\n1,2\n  # 3,4\n"#",5\n', 2],
  ])('counts %s', (_, options, text, rows) => {
    expect(rowsOf('csv', text, 1_000, options)).toBe(rows);
    expect(rowsOf('csv', text, 1, options)).toBe(rows);
  });

  it('agrees with another parser on anything, in chunks of any size', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ',', '"', '\n', '\r', '""', '\r\n', '"\n', 'é', ' ', '#'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 5 }), (given, size) => {
        const relaxed = { relax_column_count: true, relax_quotes: true, ltrim: true, skip_empty_lines: true };
        const options = { ...relaxed, record_delimiter: ['\r\n', '\n'], comment: '#', comment_no_infix: true };
        let records: unknown[];
        try {
          records = parse(given, options) as unknown[];
        } catch {
          return; // A quote that never closes: such a file is refused as a whole.
        }
        expect(rowsOf('csv', given, size, { comment: '#' })).toBe(Math.max(0, records.length - 1));
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
