import type { DialectOptions } from '../contracts/file-dialect';
import { csvHeader } from '../sources/file/csv-header';
import type { CsvRow } from '../sources/file/csv-rows';
import { fileDialect } from '../contracts/file-dialect';
import { kindOf } from './cell';
import { masked } from './mask';
import { timeReading } from './time-reading';

/** Rows of units or the like between a header and the data. */
const MAX_ROWS_BELOW = 3;
/** Titles may have as many cells as the rows. */
const MAX_TITLE_ROWS = 5;
const LF = 0x0a;

/** Which row has the names, and what that needs. */
export type HeaderOptions = Pick<DialectOptions, 'skipLines' | 'header' | 'rowNames'>;

/**
 * Finds the row with the names of columns: below title lines, above rows of units; or there is none.
 *
 * @param text - that the rows were read from
 * @param commented - cells of the last comment above the first row, if there is one
 */
export function likelyHeader(
  rows: readonly CsvRow[],
  text: Buffer,
  commented: readonly string[] | null,
): HeaderOptions {
  const width = commonestWidth(rows);
  const start = headerAt(rows, width);
  const named = titlesAbove(rows.slice(start), width);
  const at = start + Math.max(0, named);
  const [header, ...data] = rows.slice(at);
  if (header === undefined) return {};
  const skipped = at === 0 ? {} : { skipLines: linesBefore(rows[at - 1], text) };
  if (named >= 0) return { ...skipped, ...optionsOf(header, data, width, text) };
  const areNames = commented?.length === width && !commented.some(isValue);
  return { ...skipped, header: namesOf(areNames ? commented : null, width) };
}

/** How many of the first rows are titles above a header; -1 if no row has names. */
function titlesAbove(rows: readonly CsvRow[], width: number): number {
  const [first, ...others] = rows;
  if (isLikeRows(first?.cells ?? [], others)) return -1;
  return rows
    .slice(0, MAX_TITLE_ROWS)
    .findIndex((row, index) => row.cells.length <= width && isHeader(row, rows.slice(index + 1)));
}

/** What a row of names needs beside itself: its names given, if they cannot be read or rows of units follow. */
function optionsOf(header: CsvRow, data: readonly CsvRow[], width: number, text: Buffer): HeaderOptions {
  const withNames = (last: CsvRow | undefined): HeaderOptions => {
    return { skipLines: linesBefore(last, text), header: namesOf(header.cells, width) };
  };
  const below = rowsBelow(data);
  if (below > 0) return withNames(data[below - 1]);
  const problems = csvHeader([header, ...data], fileDialect({}))?.problems ?? [];
  const isSaid = (text: string): boolean => problems.some((problem) => problem.includes(text));
  if (isSaid('source.rowNames')) return { rowNames: true };
  return isRepeated(header) || isSaid('name all columns') ? withNames(header) : {};
}

function isRepeated({ cells }: CsvRow): boolean {
  const names = cells.filter((cell) => cell !== '');
  return new Set(names).size < names.length;
}

function commonestWidth(rows: readonly CsvRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? 0;
}

/** Titles have fewer cells than the rows below; a header of rows with names has one cell less. */
function headerAt(rows: readonly CsvRow[], width: number): number {
  const at = rows.findIndex(({ cells }, index) => {
    const next = rows[index + 1]?.cells.length ?? width;
    return next === width && (cells.length === width || (cells.length === width - 1 && width > 2));
  });
  const found = rows[at];
  if (found !== undefined && isHeader(found, rows.slice(at + 1))) return at;
  // The row below the names may be broken.
  const named = rows.findIndex((row, index) => row.cells.length === width && isHeader(row, rows.slice(index + 1)));
  return Math.max(0, named < 0 || named > at ? at : named);
}

/** A row of texts above rows in which some column has values of another kind; a single row is a header. */
function isHeader({ cells }: CsvRow, data: readonly CsvRow[]): boolean {
  const isName = (cell: string): boolean => !isValue(cell);
  if (!cells.every((cell) => isName(cell))) return false;
  if (data.length === 0) return true;
  const differs = data.some((row) => row.cells.some(isValue));
  return differs || new Set(cells).size === cells.length;
}

/** Whether some cell occurs below it again, or is written as most below it, so that a row of texts has values. */
function isLikeRows(cells: readonly string[], data: readonly CsvRow[]): boolean {
  // Files that are put together have their header again.
  const rows = data.filter((row) => row.cells.join('\n') !== cells.join('\n'));
  return cells.some((cell, column) => {
    if (cell === '') return false;
    const below = rows.flatMap((row) => row.cells[column] ?? []).filter((text) => text !== '');
    const form = masked(cell);
    const alike = form.includes('9') ? below.filter((text) => masked(text) === form).length : 0;
    return below.includes(cell) || (below.length > 0 && alike * 2 > below.length);
  });
}

/** Numbers, times and the like; an empty cell is none. */
function isValue(cell: string): boolean {
  const kind = kindOf(cell);
  return kind !== 'absent' && (kind !== 'text' || timeReading([cell], false) !== null);
}

/** How many rows below a header have no value where all later rows have one. */
function rowsBelow(data: readonly CsvRow[]): number {
  for (let below = Math.min(MAX_ROWS_BELOW, data.length - 2); below > 0; below--) {
    const [first, later] = [data.slice(0, below), data.slice(below)];
    const columns = later[0]?.cells.map((_cell, column) => column) ?? [];
    const valued = columns.filter((column) => later.every(({ cells }) => isValue(cells[column] ?? '')));
    const hasNone = ({ cells }: CsvRow): boolean => valued.every((column) => !isValue(cells[column] ?? ''));
    if (valued.length > 0 && first.every(hasNone)) return below;
  }
  return 0;
}

/** Names that differ; a column without one is called by its number. */
function namesOf(cells: readonly string[] | null, width: number): string[] {
  const names: string[] = [];
  for (let column = 0; column < width; column++) {
    const name = cells?.[column]?.trim() ?? '';
    names.push(name === '' ? `column${column + 1}` : names.includes(name) ? `${name}_${column + 1}` : name);
  }
  return names;
}

/** The lines up to the end of a row. */
function linesBefore(row: CsvRow | undefined, text: Buffer): number {
  const before = text.subarray(0, row?.end ?? 0);
  return before.reduce((lines, byte) => lines + Number(byte === LF), 0);
}
