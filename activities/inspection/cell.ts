import type { CellKind } from '../contracts/inspection';

/** A value of a sample: the text of a cell, or a scalar of JSON; undefined if the record has none there. */
export type Cell = string | number | boolean | null | undefined | readonly unknown[];

/** Texts for a value that is not there, as the job knows them; in lower case. */
const MARKS_OF_ABSENCE = ['', 'na', 'n/a', 'nan', 'null', 'none', '-', 'unknown', 'unavailable'];

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NUMBER_WITH_COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/;
const BOOLEANS = ['true', 'false'];

/** Returns the text of a cell without blanks around it; null if the cell stands for no value. */
export function textOf(cell: Cell): string | null {
  if (cell === undefined || cell === null) return null;
  const text = typeof cell === 'string' ? cell.trim() : typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  return MARKS_OF_ABSENCE.includes(text.toLowerCase()) ? null : text;
}

/** Returns the number of a cell, written with either decimal sign; null if it is none. */
export function numberOf(cell: Cell): number | null {
  if (typeof cell === 'number') return cell;
  const text = typeof cell === 'string' ? textOf(cell) : null;
  if (text === null) return null;
  if (NUMBER.test(text)) return Number(text);
  return NUMBER_WITH_COMMA.test(text) ? Number(text.replace(',', '.')) : null;
}

/** Returns the kind of a cell; that it is a time is seen by its column only. */
export function kindOf(cell: Cell): Exclude<CellKind, 'time'> {
  const text = textOf(cell);
  if (text === null) return 'absent';
  if (typeof cell === 'object') return 'list';
  if (typeof cell === 'boolean' || BOOLEANS.includes(text.toLowerCase())) return 'true or false';
  if (typeof cell === 'number' || NUMBER.test(text)) return 'number';
  return NUMBER_WITH_COMMA.test(text) ? 'number with decimal comma' : 'text';
}
