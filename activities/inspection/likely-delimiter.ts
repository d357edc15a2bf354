import type { FileDialect } from '../contracts/file-dialect';
import type { CsvRow } from '../sources/file/csv-rows';
import { kindOf } from './cell';
import { textRows, type TextRows } from './text-rows';
import { timeReading } from './time-reading';

/** Signs that often stand between cells, the likeliest first. */
const DELIMITERS = [',', ';', '\t', '|', ' '];
const MAX_ROWS = 200;
const MAX_QUOTE_BYTES = 64 * 1024;
const SINGLE_QUOTED = /(?:^|[,;\t| ])'[^'\n]*'(?:[,;\t| \r]|$)/;

/** The delimiter and the quote under which a text is most like a table, and its rows under them. */
export interface LikelyDelimiter extends Pick<FileDialect, 'delimiter' | 'quote'> {
  readonly rows: readonly CsvRow[];
}

/**
 * Finds the delimiter.
 *
 * Each one is measured by how many rows have the same number of cells, more cells counting more, and by the share of cells
 * that are of a known kind; the product is the consistency of van den Burg, Nazábal and Sutton (2019).
 *
 * @param given - signs that are known already
 */
export async function likelyDelimiter(
  text: Buffer,
  path: string,
  given: FileDialect,
  known: { readonly delimiter: boolean; readonly quote: boolean },
): Promise<LikelyDelimiter> {
  const found: { readonly likely: LikelyDelimiter; readonly score: number }[] = [];
  for (const delimiter of known.delimiter ? [given.delimiter] : DELIMITERS) {
    for (const quote of known.quote ? [given.quote] : quotesOf(text)) {
      const rows = await textRows(text, path, { ...given, delimiter, quote });
      found.push({ likely: { delimiter, quote, rows: rows.rows }, score: scoreOf(rows) });
      // Without a quote only what has none can be read better.
      if (!rows.isBroken) break;
    }
  }
  const best = Math.max(...found.map(({ score }) => score));
  return found.find(({ score }) => score === best)?.likely ?? { ...given, rows: [] };
}

/** Most lines of a file, but perhaps for its header, have cells in single quotes, or none has them. */
function quotesOf(text: Buffer): (string | null)[] {
  const lines = text
    .toString('utf8', 0, MAX_QUOTE_BYTES)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const isSingle = lines.filter((line) => SINGLE_QUOTED.test(line)).length * 2 > lines.length - 1;
  return [...(isSingle ? ["'"] : []), '"', null];
}

function scoreOf({ rows: all, isBroken }: TextRows): number {
  const rows = all.slice(0, MAX_ROWS);
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let consistency = 0;
  for (const [width, count] of counts) consistency += (count * (width - 1)) / width;
  const cells = rows.flatMap((row) => row.cells);
  const typed = cells.filter(isOfKnownKind).length;
  const score = (consistency / Math.max(1, counts.size)) * (typed / Math.max(1, cells.length));
  return isBroken ? score / 2 : score;
}

/** A text that other delimiters would divide is none. */
function isOfKnownKind(cell: string): boolean {
  if (kindOf(cell) !== 'text' || timeReading([cell], false) !== null) return true;
  return !/[,;\t|]/.test(cell) && cell.length <= 60;
}
