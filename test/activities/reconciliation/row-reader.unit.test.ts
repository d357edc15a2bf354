import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { fileDialect, type DialectOptions } from '../../../activities/contracts/file-dialect';
import { createRowReader } from '../../../activities/reconciliation/row-reader';

function rowsOf(format: 'csv' | 'ndjson', text: string, size = 1_000, options: DialectOptions = {}): string[] {
  const reader = createRowReader(format, fileDialect(options));
  const bytes = Buffer.from(text);
  const rows: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) rows.push(...reader.push(bytes.subarray(at, at + size)));
  return [...rows, ...reader.end()].map((row) => row.toString());
}

describe('the row reader of CSV', () => {
  it.each<[string, string, string[]]>([
    ['nothing in nothing', '', []],
    ['a header alone', 'a,b\n', ['a,b']],
    ['a last row without a line end', 'a,b\n1,2\n3,4', ['a,b', '1,2', '3,4']],
    ['line ends of two characters', 'a,b\r\n1,2\r\n', ['a,b', '1,2']],
    ['no empty lines', '\n\na,b\n\r\n1,2\n\n', ['a,b', '1,2']],
    ['line breaks in quotes', 'a,b\n"1\r\n\n1",2\r\n3,"\n"\n', ['a,b', '"1\r\n\n1",2', '3,"\n"']],
    ['doubled quotes', 'a,b\n"1""\n""",2\n3,4\n', ['a,b', '"1""\n""",2', '3,4']],
    ['a quote inside an unquoted cell', 'a,b\n1",2\n3,4"\n', ['a,b', '1",2', '3,4"']],
    ['a quote after the closing one', 'a,b\n"1"x",2\n3,4\n', ['a,b', '"1"x",2', '3,4']],
    ['blanks before a quote', 'a, "b\n"\n 1,2 \n', ['a, "b\n"', ' 1,2 ']],
    ['no lines of blanks', 'a,b\n \n1,2\n\t\n', ['a,b', '1,2']],
    ['no carriage returns before a row', 'a,b\n\r1,2\n \n\r\r3,4\r\n', ['a,b', '1,2', '3,4']],
    ['a row of one empty quoted cell', 'a\n""\n', ['a', '""']],
  ])('returns %s', (_, text, rows) => {
    expect(rowsOf('csv', text)).toEqual(rows);
    expect(rowsOf('csv', text, 1)).toEqual(rows);
  });

  it.each<[string, DialectOptions, string, string[]]>([
    ['lines before the header', { skipLines: 2 }, 'a "title\n\na,b\n1,2\n', ['a,b', '1,2']],
    [
      'another delimiter and quote',
      { delimiter: ';', quote: "'" },
      "a;b\n1;'2\n3'\n4;\"\n",
      ['a;b', "1;'2\n3'", '4;"'],
    ],
    [
      'signs of two bytes',
      { delimiter: '¦', quote: '¬', comment: '§' },
      '§ x¬\na¦b\n1¦¬2\n3¬\n €¦é\n',
      ['a¦b', '1¦¬2\n3¬', ' €¦é'],
    ],
    ['no quote', { quote: null }, 'a,b\n"1,2\n3,4"\n', ['a,b', '"1,2', '3,4"']],
    ['comments', { comment: '#' }, '#x "\na,b\n1,2\n  # 3,4\n"#",5\n', ['a,b', '1,2', '"#",5']],
  ])('knows %s', (_, options, text, rows) => {
    expect(rowsOf('csv', text, 1_000, options)).toEqual(rows);
    expect(rowsOf('csv', text, 1, options)).toEqual(rows);
  });

  it('finds as many rows as another parser in anything, in chunks of any size', () => {
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
        expect(rowsOf('csv', given, size, { comment: '#' })).toHaveLength(records.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the row reader of NDJSON', () => {
  it.each<[string, string, string[]]>([
    ['nothing in nothing', '', []],
    ['no empty lines', '\n{}\n\r\n\n{}\n', ['{}', '{}']],
    ['a last line without a line end', '{}\n{}', ['{}', '{}']],
    ['no carriage returns around a line', '\r{ }\r\n\r\r\n', ['{ }']],
    ['lines of blanks, which are rows that cannot be used', '{}\n  \n', ['{}', '  ']],
  ])('returns %s', (_, text, rows) => {
    expect(rowsOf('ndjson', text)).toEqual(rows);
    expect(rowsOf('ndjson', text, 1)).toEqual(rows);
  });
});
