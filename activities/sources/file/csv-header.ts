import { isUtf8 } from 'node:buffer';
import type { FileDialect } from '../../contracts/file-dialect';
import type { CsvRow } from './csv-rows';
import { LIKELY_ENCODING } from './text-encoding';

/** The columns of a CSV, and what its first rows say against the dialect: one sentence per problem. */
export interface CsvHeader {
  readonly columns: readonly string[];
  readonly problems: readonly string[];
}

const TITLE = 'The first row has one cell and the next ones have more: if it is a title, set source.skipLines.';

/** Old systems ended lines so. */
export const LONE_RETURN = /\r(?!\n|$)/;
export const RETURNS = "Lines end with a carriage return alone. Convert them: tr '\\r' '\\n' < FILE";

/** How many of the first rows tell whether all have one problem; a single one becomes a dead letter. */
export const HEADER_ROWS = 10;

/** Signs that often stand between cells. */
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Compares the first rows of a CSV with its dialect.
 *
 * @param rows - {@link HEADER_ROWS} of them if the file has as many
 * @returns null if there is no header
 */
export function csvHeader(rows: readonly CsvRow[], dialect: FileDialect): CsvHeader | null {
  const [first, ...next] = rows;
  if (dialect.header !== null) return headerOf(dialect.header, rows, dialect);
  if (first === undefined) return null;
  const unreadable = encodingProblem(first.bytes);
  if (unreadable !== null) return { columns: [], problems: [unreadable] };
  return headerOf(first.cells, next, dialect);
}

/** @param names - empty for a column without a name, which is called by its number, the first being `column1` */
function headerOf(names: readonly string[], rows: readonly CsvRow[], dialect: FileDialect): CsvHeader {
  const columns = names.map((name, index) => (name === '' ? `column${index + 1}` : name));
  const [only = ''] = columns.length === 1 ? columns : [];
  const delimiter = DELIMITERS.find((sign) => sign !== dialect.delimiter && only.includes(sign));
  if (delimiter !== undefined) {
    const sign = JSON.stringify(delimiter);
    return {
      columns,
      problems: [`The header has one column, which contains ${sign}: set source.delimiter to ${sign}.`],
    };
  }
  const problem = isTitle(columns.length, rows, dialect) ? TITLE : widthProblem(columns.length, rows, dialect);
  return { columns, problems: problem === null ? [] : [problem] };
}

function encodingProblem(header: Buffer): string | null {
  if (header.includes(0)) {
    return 'Expected text; the header line has NUL characters. If it is UTF-16, set source.encoding to "utf-16".';
  }
  if (!isUtf8(header)) return `Expected UTF-8; the header line is not. ${LIKELY_ENCODING}`;
  return LONE_RETURN.test(header.toString('utf8').trimEnd()) ? RETURNS : null;
}

/** A problem that all rows have; a single one becomes a dead letter. */
function widthProblem(columns: number, rows: readonly CsvRow[], { header, rowNames }: FileDialect): string | null {
  if (rows.length === 0) return null;
  const names = header === null ? 'the header' : 'source.header';
  const haveMore = (more: number): boolean => rows.every(({ cells }) => cells.length === columns + more);
  if (rowNames) return haveMore(0) ? `Rows have as many cells as ${names}: remove source.rowNames.` : null;
  if (!haveMore(1)) return null;
  const more = `Rows have one cell more than ${names}`;
  if (rows.some(({ cells }) => cells.at(-1) !== '')) return `${more}: set source.rowNames.`;
  const skip = header === null ? ', and omit the header line by source.skipLines' : '';
  return `${more}, an empty last one: name all columns in source.header${skip}.`;
}

function isTitle(columns: number, rows: readonly CsvRow[], { header }: FileDialect): boolean {
  return header === null && columns === 1 && rows.length > 0 && rows.every(({ cells }) => cells.length > 1);
}
