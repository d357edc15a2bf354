import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, type Parser } from 'csv-parse';
import { pipelineFailure } from '../../contracts/failures';
import { RowText, type FileRow } from './row-text';

export interface CsvRow extends FileRow {
  readonly cells: readonly string[];
}

/**
 * Reads the rows of a CSV by RFC 4180: commas, double quotes, line breaks in quotes, LF or CRLF.
 *
 * Empty lines are not rows. A quotation mark inside an unquoted cell, or after the closing one, is a literal character.
 *
 * @param from - byte position of the first chunk, at the start of a row
 * @throws SourceMalformed when a quoted cell is not closed
 */
export async function* readCsvRows(
  chunks: AsyncIterable<Buffer>,
  { path, from }: { readonly path: string; readonly from: number },
): AsyncGenerator<CsvRow[]> {
  const text = new RowText(path, from);
  let found: { cells: string[]; end: number }[] = [];
  const take = (): CsvRow[] => {
    const taken = found;
    found = [];
    const bytes = text.take(taken.map(({ end }) => end));
    return taken.map((row, index) => ({ ...row, bytes: bytes[index] ?? Buffer.alloc(0) }));
  };
  const parser = parse({
    // Explicit, since auto-detection could find different delimiters in different ranges.
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    on_record: (cells: string[]) => {
      found.push({ cells, end: from + parser.info.bytes });
      return null;
    },
  });
  // Each write reports errors as well.
  parser.on('error', () => undefined).resume();
  for await (const chunk of chunks) {
    text.push(chunk);
    await feed(parser, chunk, path);
    yield take();
  }
  await feed(parser, null, path);
  yield take();
}

async function feed(parser: Parser, chunk: Buffer | null, path: string): Promise<void> {
  const write = promisify((done: (error?: Error | null) => void) => {
    if (chunk === null) parser.end(done);
    else parser.write(chunk, done);
  });
  await write().catch((error: unknown) => {
    const message = `source.path: ${resolve(path)} is not usable CSV: ${(error as Error).message}.`;
    throw pipelineFailure('SourceMalformed', message, { path, cause: error });
  });
}
