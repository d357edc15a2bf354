import { isObject } from '../contracts/json-object';
import { textOf } from './cell';
import { profileOf, type ColumnProfile } from './sample-column';

/** Returns the column of a given place; several that are joined become one. Undefined if the sample does not have it. */
export function columnAt(given: unknown, columns: readonly ColumnProfile[]): ColumnProfile | undefined {
  const place = plainPlace(given);
  const found = columns.find((column) => JSON.stringify(plainPlace(column.place)) === JSON.stringify(place));
  if (found !== undefined || !isObject(place) || !Array.isArray(place['join'])) return found;
  const parts = place['join'].map((part) => columnAt(part, columns));
  const { separator = '|' } = place;
  const cells = (parts[0]?.cells ?? []).map((_cell, row) => {
    return parts.map((part) => textOf(part?.cells[row]) ?? '').join(String(separator));
  });
  return profileOf({ place: place, name: 'several columns', word: 'time', cells });
}

/** A place in one spelling, without the options beside it. */
function plainPlace(given: unknown): unknown {
  if (!isObject(given)) return given;
  const { column, path, key, header, join, separator } = given;
  if (typeof column === 'string') return column;
  if (typeof path === 'string') return { path: path.split('.') };
  return Object.fromEntries(
    Object.entries({ path, key, header, join, separator }).filter(([, it]) => it !== undefined),
  );
}
