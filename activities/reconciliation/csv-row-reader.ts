import type { FileDialect } from '../contracts/file-dialect';
import { OpenLine } from './open-line';

const LINE_FEED = 0x0a;
/** Tab, form feed, carriage return and space. */
const BLANKS: readonly number[] = [0x09, 0x0c, 0x0d, 0x20];
/** First bytes of the two that UTF-8 has for a character from 0x80 to 0xff; the second one has its lower six bits. */
const [LEAD_FROM, LEAD_TO] = [0xc2, 0xc3];
/** No sign of a dialect. */
const OTHER = -2;

type CsvState = 'field start' | 'plain' | 'quoted' | 'quote in quoted' | 'comment';

/**
 * RFC 4180 records in a dialect, the header among them. A line break inside quotes does not end a record; a line that is blank
 * or a comment is none.
 */
export class CsvRowReader {
  readonly #delimiter: number;
  /** −1: none, as for the comment sign. */
  readonly #quote: number;
  readonly #comment: number;
  readonly #quoteBytes: Buffer | null;
  readonly #line = new OpenLine();
  #skip: number;
  #state: CsvState = 'field start';
  #isBlankLine = true;
  /** Whether a comment sign would begin a comment: nothing but blanks or an empty quoted cell is before it. */
  #isLineStart = true;
  /** The first of two bytes, or 0. */
  #lead = 0;

  constructor({ delimiter, quote, comment, skipLines }: FileDialect) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote?.charCodeAt(0) ?? -1;
    this.#comment = comment?.charCodeAt(0) ?? -1;
    this.#quoteBytes = quote === null ? null : Buffer.from(quote);
    this.#skip = skipLines;
  }

  push(chunk: Buffer): readonly Buffer[] {
    const rows: Buffer[] = [];
    let from = this.#afterSkipped(chunk);
    let quoteAt = -1;
    while (from < chunk.length) {
      const lineEnd = this.#line.isEmpty ? chunk.indexOf(LINE_FEED, from) : -1;
      if (lineEnd >= 0 && quoteAt < from) quoteAt = this.#nextQuote(chunk, from);
      const end = lineEnd >= 0 && quoteAt > lineEnd ? this.#plainLine(chunk, from, lineEnd) : this.#rowEnd(chunk, from);
      if (end < 0) break;
      const row = this.#line.close(chunk.subarray(from, end));
      if (this.#endRow()) rows.push(row);
      from = end + 1;
    }
    this.#line.add(chunk.subarray(from));
    return rows;
  }

  end(): readonly Buffer[] {
    const row = this.#line.close();
    return this.#endRow() ? [row] : [];
  }

  /** Returns where the first line begins that is read. */
  #afterSkipped(chunk: Buffer): number {
    let from = 0;
    for (; this.#skip > 0; this.#skip--) {
      const end = chunk.indexOf(LINE_FEED, from);
      if (end < 0) return chunk.length;
      from = end + 1;
    }
    return from;
  }

  #nextQuote(chunk: Buffer, from: number): number {
    const at = this.#quoteBytes === null ? -1 : chunk.indexOf(this.#quoteBytes, from);
    return at < 0 ? chunk.length : at;
  }

  /** Looks only whether the line is blank or a comment: without quotation marks, its end is that of a row. */
  #plainLine(chunk: Buffer, from: number, end: number): number {
    for (let at = from; at < end && this.#isBlankLine && this.#state !== 'comment'; at++) this.#take(chunk[at] ?? 0);
    return end;
  }

  /** Returns the position of the line end; −1 if the chunk does not contain it. */
  #rowEnd(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LINE_FEED && this.#outsideQuotes()) return at;
      this.#take(byte);
    }
    return -1;
  }

  #outsideQuotes(): boolean {
    this.#takeLead();
    return this.#state !== 'quoted';
  }

  /** Signs from 0x80 to 0xff have two bytes. */
  #take(byte: number): void {
    if (this.#lead !== 0 && (byte & 0xc0) === 0x80) {
      const code = ((this.#lead & 0b11) << 6) | (byte & 0x3f);
      this.#lead = 0;
      this.#takeCode(code);
      return;
    }
    this.#takeLead();
    if (byte === LEAD_FROM || byte === LEAD_TO) this.#lead = byte;
    else this.#takeCode(byte < 0x80 ? byte : OTHER);
  }

  #takeLead(): void {
    if (this.#lead === 0) return;
    this.#lead = 0;
    this.#takeCode(OTHER);
  }

  #takeCode(code: number): void {
    if (this.#state === 'quoted') this.#inQuotes(code);
    else if (this.#state === 'comment') return;
    else if (code === this.#comment && this.#isLineStart) this.#state = 'comment';
    else if (code === this.#quote && this.#state !== 'plain') this.#openQuote();
    else if (code === this.#delimiter) this.#content('field start');
    else if (this.#state !== 'field start' || !BLANKS.includes(code)) this.#content('plain');
  }

  #inQuotes(code: number): void {
    if (code === this.#quote) this.#state = 'quote in quoted';
    else this.#isLineStart = false;
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

  /** Returns whether the line that ends is a row. */
  #endRow(): boolean {
    this.#takeLead();
    const isRow = !this.#isBlankLine;
    this.#isBlankLine = true;
    this.#isLineStart = true;
    this.#state = 'field start';
    return isRow;
  }
}
