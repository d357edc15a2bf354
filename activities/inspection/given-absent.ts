import { isObject, type JsonObject } from '../contracts/json-object';
import { numberOf, textOf, type Cell } from './cell';
import { sectionAt, settingAt } from './given-settings';
import type { SampleColumn } from './sample-column';

/** Returns columns without the values that given settings call absent, so that the others show what a column is. */
export function withoutAbsent(columns: readonly SampleColumn[], given: JsonObject): readonly SampleColumn[] {
  const fields = Object.values(sectionAt(given, 'source.fields')).filter(isObject);
  const listed = [settingAt(given, 'source.numbers.absent'), ...fields.map(({ absent }) => absent)];
  const marks = listed.flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  const texts = new Set(marks.map((mark) => String(mark).trim().toLowerCase()));
  const numbers = new Set(marks.flatMap((mark) => numberOf(mark as Cell) ?? []));
  if (marks.length === 0) return columns;
  const isAbsent = (cell: Cell): boolean => {
    const number = numberOf(cell);
    return number === null ? texts.has((textOf(cell) ?? '').toLowerCase()) : numbers.has(number);
  };
  return columns.map((column) => ({ ...column, cells: column.cells.map((cell) => (isAbsent(cell) ? null : cell)) }));
}
