import type { FileDialect } from '../contracts/file-dialect';

const LINE_FEED = 0x0a;
/** Tab, form feed, carriage return and space. */
const BLANKS: readonly number[] = [0x09, 0x0c, 0x0d, 0x20];

/** Counts the rows of a file from its text, independent of the chunk boundaries. */
export interface RowCounter {
  push(text: string): void;
  /** Rows so far, including a last one without a line end. */
  rows(): number;
}

export function createRowCounter(format: 'csv' | 'ndjson', dialect: FileDialect): RowCounter {
  return format === 'csv' ? new CsvRowCounter(dialect) : new LineCounter();
}

/** Counts lines that are not empty. */
class LineCounter implements RowCounter {
  #rows = 0;
  #isEmpty = true;

  push(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LINE_FEED) {
        this.#rows += this.#isEmpty ? 0 : 1;
        this.#isEmpty = true;
      } else if (code !== 0x0d) {
        this.#isEmpty = false;
      }
    }
  }

  rows(): number {
    return this.#rows + (this.#isEmpty ? 0 : 1);
  }
}

type CsvState = 'field start' | 'plain' | 'quoted' | 'quote in quoted' | 'comment';

/**
 * Counts RFC 4180 records in a dialect, without the header. A line break inside quotes does not end a record; a line that
 * is blank or a comment is none.
 */
class CsvRowCounter implements RowCounter {
  readonly #delimiter: number;
  /** −1: none, as for the comment sign. */
  readonly #quote: number;
  readonly #comment: number;
  readonly #headerRows: number;
  #skip: number;
  #records = 0;
  #state: CsvState = 'field start';
  #isBlankLine = true;
  /** Whether a comment sign would begin a comment: nothing but blanks or an empty quoted cell is before it. */
  #isLineStart = true;

  constructor({ delimiter, quote, comment, header, skipLines }: FileDialect) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote?.charCodeAt(0) ?? -1;
    this.#comment = comment?.charCodeAt(0) ?? -1;
    this.#headerRows = header === null ? 1 : 0;
    this.#skip = skipLines;
  }

  push(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#skip > 0) this.#skip -= code === LINE_FEED ? 1 : 0;
      else if (this.#state === 'quoted') this.#inQuotes(code);
      else if (code === LINE_FEED) this.#endLine();
      else if (this.#state !== 'comment') this.#outsideQuotes(code);
    }
  }

  rows(): number {
    const records = this.#records + (this.#isBlankLine ? 0 : 1);
    return Math.max(0, records - this.#headerRows);
  }

  #inQuotes(code: number): void {
    if (code === this.#quote) this.#state = 'quote in quoted';
    else this.#isLineStart = false;
  }

  #outsideQuotes(code: number): void {
    if (code === this.#comment && this.#isLineStart) this.#state = 'comment';
    else if (code === this.#quote && this.#state !== 'plain') this.#openQuote();
    else if (code === this.#delimiter) this.#content('field start');
    else if (this.#state !== 'field start' || !BLANKS.includes(code)) this.#content('plain');
  }

  /** A quote opens a field only at its start; a doubled one inside quotes is a literal quote. */
  #openQuote(): void {
    if (this.#state === 'quote in quoted') this.#isLineStart = false;
    this.#isBlankLine = false;
    this.#state = 'quoted';
  }

  #content(state: CsvState): void {
    this.#isBlankLine = false;
    this.#isLineStart = false;
    this.#state = state;
  }

  #endLine(): void {
    this.#records += this.#isBlankLine ? 0 : 1;
    this.#isBlankLine = true;
    this.#isLineStart = true;
    this.#state = 'field start';
  }
}
