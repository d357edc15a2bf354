import { fileDialect, type DialectOptions, type FileDialect } from '../contracts/file-dialect';
import { likelyDelimiter } from './likely-delimiter';
import { likelyHeader } from './likely-header';
import { textRows } from './text-rows';

const COMMENT_SIGNS = ['#', '%'];
const MAX_ROWS = 200;
/** Spreadsheets take the delimiter from such a first line. */
const DELIMITER_LINE = /^sep=(.)\r?\n/i;

/**
 * Finds the dialect of a CSV: the options that differ from the defaults.
 *
 * @param text - beginning of the file, in UTF-8
 * @param given - options that are known already
 */
export async function likelyDialect(text: Buffer, path: string, given: DialectOptions): Promise<DialectOptions> {
  const delimiterLine = given.skipLines === undefined ? DELIMITER_LINE.exec(text.toString('utf8', 0, 16)) : null;
  if (delimiterLine !== null) {
    return await likelyDialect(text, path, { delimiter: delimiterLine[1], ...given, skipLines: 1 });
  }
  const sign = given.comment ?? commentSign(text);
  const comment = sign === undefined ? {} : { comment: sign };
  const base = fileDialect({ ...given, ...comment, skipLines: 0, header: ['any'] });
  const known = { delimiter: given.delimiter !== undefined, quote: given.quote !== undefined };
  const body = withoutLines(text, given.skipLines ?? 0);
  const { delimiter, quote, rows } = await likelyDelimiter(body, path, base, known);
  const commented = await lastComment(body, path, { ...base, delimiter, quote });
  const isKnown = given.header !== undefined || given.rowNames !== undefined;
  const header = isKnown ? {} : likelyHeader(rows.slice(0, MAX_ROWS), body, commented);
  // The given number stays, and what was found below other lines would not fit it.
  const isSkippedAgain = given.skipLines !== undefined && header.skipLines !== undefined;
  return { ...signsOf(delimiter, quote), ...comment, ...(isSkippedAgain ? {} : header), ...given };
}

/** Those that are not the defaults. */
function signsOf(delimiter: string, quote: string | null): DialectOptions {
  return { ...(delimiter === ',' ? {} : { delimiter }), ...(quote === '"' ? {} : { quote }) };
}

/** A sign before the first lines, or the first line, but not before all. */
function commentSign(text: Buffer): string | undefined {
  const lines = text
    .toString('utf8', 0, 64 * 1024)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const [first = ''] = lines;
  const sign = COMMENT_SIGNS.find((it) => first.trimStart().startsWith(it));
  if (sign === undefined) return undefined;
  // A column may be called so.
  const isName = /^\s*.\s*(?:[,;\t|]|$)/.test(first);
  return isName || lines.every((line) => line.trimStart().startsWith(sign)) ? undefined : sign;
}

/** The cells of the last comment above the first row, since names may stand there. */
async function lastComment(text: Buffer, path: string, dialect: FileDialect): Promise<readonly string[] | null> {
  const { comment } = dialect;
  if (comment === null) return null;
  const lines = text.toString('utf8').split('\n');
  const end = lines.findIndex((line) => line.trim() !== '' && !line.trimStart().startsWith(comment));
  const last = lines.slice(0, Math.max(0, end)).findLast((line) => line.trim() !== '');
  if (last === undefined) return null;
  const { rows } = await textRows(Buffer.from(`${last.trimStart().slice(1)}\n`), path, { ...dialect, comment: null });
  return rows[0]?.cells ?? null;
}

function withoutLines(text: Buffer, count: number): Buffer {
  let from = 0;
  for (let left = count; left > 0; left--) {
    const end = text.indexOf('\n', from);
    if (end < 0) return Buffer.alloc(0);
    from = end + 1;
  }
  return text.subarray(from);
}
