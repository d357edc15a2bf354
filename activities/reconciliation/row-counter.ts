const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Counts the rows of a file from its bytes, independent of the chunk boundaries. */
export interface RowCounter {
  push(chunk: Uint8Array): void;
  /** Rows so far, including a last one without a line end. */
  rows(): number;
}

export function createRowCounter(format: 'csv' | 'ndjson'): RowCounter {
  return format === 'csv' ? new CsvRowCounter() : new LineCounter();
}

/** Counts lines that are not empty. */
class LineCounter implements RowCounter {
  #rows = 0;
  #isEmpty = true;

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === LINE_FEED) {
        this.#rows += this.#isEmpty ? 0 : 1;
        this.#isEmpty = true;
      } else if (byte !== CARRIAGE_RETURN) {
        this.#isEmpty = false;
      }
    }
  }

  rows(): number {
    return this.#rows + (this.#isEmpty ? 0 : 1);
  }
}

type CsvState = 'field start' | 'plain' | 'quoted' | 'quote in quoted';

/** Counts RFC 4180 records without the header; a line break inside quotes does not end a record, an empty line is none. */
class CsvRowCounter implements RowCounter {
  #records = 0;
  #position = 0;
  #state: CsvState = 'field start';
  #line: 'empty' | 'carriage return' | 'content' = 'empty';

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === BYTE_ORDER_MARK[this.#position++]) continue;
      if (this.#state === 'quoted') {
        if (byte === QUOTE) this.#state = 'quote in quoted';
      } else if (byte === LINE_FEED) {
        this.#records += this.#line === 'content' ? 1 : 0;
        this.#line = 'empty';
        this.#state = 'field start';
      } else {
        this.#line = byte === CARRIAGE_RETURN && this.#line === 'empty' ? 'carriage return' : 'content';
        this.#state = this.#after(byte);
      }
    }
  }

  rows(): number {
    const records = this.#records + (this.#line === 'empty' ? 0 : 1);
    return Math.max(0, records - 1);
  }

  #after(byte: number): CsvState {
    if (byte === COMMA) return 'field start';
    // A quote opens a field only at its start; a doubled one inside quotes is a literal quote.
    if (byte === QUOTE && this.#state !== 'plain') return 'quoted';
    return 'plain';
  }
}
