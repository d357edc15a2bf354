import { isObject, type JsonObject } from '../contracts/json-object';
import type { Cell } from './cell';
import type { Place, SampleColumn } from './sample-column';

const MAX_DEPTH = 6;
const MAX_LIST = 20;
const MAX_COLUMNS = 300;

/**
 * Returns the values of JSON objects by their path; lists are gone into if they have objects.
 *
 * @param placeOf - the place of a path in a record
 */
export function jsonColumns(
  records: readonly (JsonObject | undefined)[],
  placeOf: (path: readonly string[]) => Place,
): SampleColumn[] {
  const columns = new Map<string, { path: readonly string[]; cells: Cell[] }>();
  records.forEach((record, row) => {
    if (record === undefined) return;
    for (const [path, value] of leaves(record, [])) {
      const key = JSON.stringify(path);
      const column = columns.get(key) ?? { path, cells: [] };
      if (columns.size < MAX_COLUMNS) columns.set(key, column);
      column.cells[row] = value;
    }
  });
  return [...columns.values()].map(({ path, cells }) => ({
    place: placeOf(path),
    name: path.join('.'),
    word: wordOf(path),
    cells: records.map((_record, row) => cells[row]),
  }));
}

/** Returns the place of a path in the value of a record: a column if it is one name. */
export function pathPlace(path: readonly string[]): Place {
  const [only = ''] = path;
  if (path.length === 1) return only;
  return { path: path.some((name) => name.includes('.')) ? path : path.join('.') };
}

/** The last name of a path, since numbers of lists say nothing. */
function wordOf(path: readonly string[]): string {
  const last = path.at(-1) ?? '';
  return /^(?:\d+|value|val)$/i.test(last) && path.length > 1
    ? (path.findLast((name) => !/^(?:\d+|value|val)$/i.test(name)) ?? last)
    : last;
}

function leaves(value: unknown, path: readonly string[]): (readonly [path: readonly string[], value: Cell])[] {
  if (path.length < MAX_DEPTH) {
    if (isObject(value)) return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
    if (Array.isArray(value) && value.length <= MAX_LIST && value.some((it) => typeof it === 'object')) {
      return value.flatMap((inner, index) => leaves(inner, [...path, String(index)]));
    }
  }
  return [[path, isObject(value) ? [value] : (value as Cell)]];
}
