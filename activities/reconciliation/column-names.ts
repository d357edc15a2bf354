import type { FileDialect } from '../contracts/file-dialect';

const BLANKS = '\t\n\f\r ';

type Signs = Pick<FileDialect, 'delimiter' | 'quote'>;

/**
 * Returns the names of the columns in the header of a CSV, those without one by their number; shares no code with the
 * publisher.
 */
export function columnNames(header: string, signs: Signs): string[] {
  const cells = new HeaderCells(signs);
  for (const sign of header) cells.push(sign);
  return cells.end().map((cell, index) => {
    const name = withoutBlanks(cell, header, signs.quote);
    return name === '' ? `column${index + 1}` : name;
  });
}

/** A cell begins after blanks. Its quotation marks are part of it unless they enclose all of it. */
class HeaderCells {
  readonly #cells: string[] = [];
  #cell = '';
  #state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';

  constructor(private readonly signs: Signs) {}

  push(sign: string): void {
    if (this.#state === 'quoted') this.#inQuotes(sign);
    else if (sign === this.signs.quote && this.#state !== 'plain') this.#openQuote();
    else if (sign === this.signs.delimiter) this.end();
    else if (this.#state === 'closed') this.#add(this.#enclosed() + sign);
    else if (this.#state === 'plain' || !BLANKS.includes(sign)) this.#add(this.#cell + sign);
  }

  /** Ends the last cell and returns all. */
  end(): readonly string[] {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
    return this.#cells;
  }

  #inQuotes(sign: string): void {
    if (sign === this.signs.quote) this.#state = 'closed';
    else this.#cell += sign;
  }

  /** A second one inside of quotation marks is a literal one. */
  #openQuote(): void {
    if (this.#state === 'closed') this.#cell += this.signs.quote ?? '';
    this.#state = 'quoted';
  }

  #enclosed(): string {
    const { quote } = this.signs;
    return `${quote ?? ''}${this.#cell}${quote ?? ''}`;
  }

  #add(cell: string): void {
    this.#cell = cell;
    this.#state = 'plain';
  }
}

/** Quotation marks with blanks behind them enclose the cell too, unless some of them may be doubled ones. */
function withoutBlanks(cell: string, header: string, quote: string | null): string {
  const name = cell.trim();
  const isEnclosed =
    quote !== null && name !== cell && cell.startsWith(quote) && name.endsWith(quote) && name.length > 1;
  if (!isEnclosed || header.includes(quote + quote)) return name;
  const inner = name.slice(1, -1);
  return inner.includes(quote) ? name : inner.trim();
}
