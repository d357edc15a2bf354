import type { FileDialect } from '../contracts/file-dialect';
import { CsvRowReader } from './csv-row-reader';
import { OpenLine } from './open-line';

/**
 * Divides the text of a file into its rows, independent of the chunk boundaries; shares no code with the publisher. A row has
 * no line end, and no carriage returns before it.
 */
export interface RowReader {
  /** Returns the rows that end in a chunk of UTF-8. */
  push(chunk: Buffer): readonly Buffer[];
  /** Returns the last row if it has no line end. */
  end(): readonly Buffer[];
}

export function createRowReader(format: 'csv' | 'ndjson', dialect: FileDialect): RowReader {
  return format === 'csv' ? new CsvRowReader(dialect) : new LineReader();
}

const LINE_FEED = 0x0a;

/** Lines that are not empty. */
class LineReader implements RowReader {
  readonly #line = new OpenLine();

  push(chunk: Buffer): readonly Buffer[] {
    const rows: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const line = this.#line.close(chunk.subarray(from, end));
      if (line.length > 0) rows.push(line);
      from = end + 1;
    }
    this.#line.add(chunk.subarray(from));
    return rows;
  }

  end(): readonly Buffer[] {
    const line = this.#line.close();
    return line.length > 0 ? [line] : [];
  }
}
