import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, type Parser } from 'csv-parse';
import { pipelineFailure } from '../../contracts/failures';
import type { FileDialect } from '../../contracts/file-dialect';
import { readCell } from './csv-cell';
import { openingQuote, rowStart } from './csv-line';
import type { FileText } from './file-text';
import { MAX_ROW_BYTES, RowText, type FileRow } from './row-text';

export interface CsvRow extends FileRow {
  /** Without blanks around them. */
  readonly cells: readonly string[];
}

/** What is read, and how. */
export interface CsvText {
  readonly path: string;
  /** Begins at a row. */
  readonly text: FileText;
  readonly dialect: FileDialect;
}

/**
 * Reads the rows of a CSV by RFC 4180 with the delimiter, quote and comment sign of a dialect; lines end with LF or CRLF.
 *
 * Lines that are blank or a comment are not rows. A quotation mark inside an unquoted cell, or after the closing one, is a
 * literal character.
 *
 * @throws SourceMalformed naming the line of a quotation mark that is never closed
 */
export async function* readCsvRows({ path, text, dialect }: CsvText): AsyncGenerator<CsvRow[]> {
  const pending = new RowText(path, text.from);
  let found: { cells: string[]; end: number }[] = [];
  const take = (): CsvRow[] => {
    const taken = found;
    found = [];
    const rows = pending.take(taken.map(({ end }) => end));
    return taken.map(({ cells, end }, index) => {
      const lines = rows[index] ?? Buffer.alloc(0);
      const bytes = lines.subarray(rowStart(lines, dialect));
      return { cells: cells.map((cell) => readCell(cell, bytes, dialect.quote)), bytes, end };
    });
  };
  const parser = parse({
    // Explicit, since auto-detection could find different line ends in different ranges.
    record_delimiter: ['\r\n', '\n'],
    ...parserOptions(dialect),
    on_record: (cells: string[]) => {
      found.push({ cells, end: text.from + parser.info.bytes });
      return null;
    },
  });
  // Each write reports errors as well.
  parser.on('error', () => undefined).resume();
  const unusable = async (error?: unknown): Promise<Error> => {
    // The parser has counted the bytes up to the end of the last cell.
    const cellsEnd = text.from + parser.info.bytes;
    const quoteAt = openingQuote(pending.rest(cellsEnd), dialect);
    const line = quoteAt < 0 ? null : await text.lineAt(cellsEnd + quoteAt);
    return unusableCsv(path, line, error);
  };
  for await (const chunk of text.chunks) {
    pending.push(chunk);
    await feed(parser, chunk, unusable);
    yield take();
    if (pending.bytes > MAX_ROW_BYTES) throw await unusable();
  }
  await feed(parser, null, unusable);
  yield take();
}

/** Blanks before a cell are no part of it, so that a quotation mark after them opens the cell. */
function parserOptions({ delimiter, quote, comment }: FileDialect) {
  return {
    delimiter,
    quote,
    escape: quote,
    ...(comment === null ? {} : { comment, comment_no_infix: true }),
    ltrim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  };
}

async function feed(parser: Parser, chunk: Buffer | null, unusable: (error: unknown) => Promise<Error>): Promise<void> {
  const write = promisify((done: (error?: Error | null) => void) => {
    if (chunk === null) parser.end(done);
    else parser.write(chunk, done);
  });
  await write().catch(async (error: unknown) => {
    throw await unusable(error);
  });
}

function unusableCsv(path: string, line: number | null, cause: unknown): Error {
  const reason =
    line === null
      ? `it has a row of more than ${MAX_ROW_BYTES} bytes. Perhaps the file has another format.`
      : `the quotation mark that opens a cell in line ${line} is never closed. Close it, or set source.quote to null if ` +
        'quotation marks are plain characters.';
  const message = `source.path: ${resolve(path)} is not usable CSV: ${reason}`;
  return pipelineFailure('SourceMalformed', message, { path, cause });
}
