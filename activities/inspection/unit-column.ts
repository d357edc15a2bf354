import { plainName } from './name-words';
import type { ColumnProfile } from './sample-column';

/** Names of columns that hold the unit of the value beside it. */
const UNIT_NAMES = (
  'unit units uom unitofmeasurement unitofmeasure measurementunit valueunit unitsymbol unitname einheit maßeinheit unité ' +
  'unite unidad unità unita eenheid'
).split(' ');

/**
 * Returns the column that holds the units of another one, as `temp_unit` does those of `temp`; null if there is none.
 *
 * @param isOnly - whether there is no other column of values, so that `unit` means this one
 */
export function unitColumn(
  columns: readonly ColumnProfile[],
  valueName: string,
  isOnly: boolean,
): ColumnProfile | null {
  const names = [`${plainName(valueName)}unit`, `unit${plainName(valueName)}`, `${plainName(valueName)}units`];
  const isUnit = ({ word, numbers, present }: ColumnProfile, known: readonly string[]): boolean =>
    known.includes(plainName(word)) && numbers === null && present > 0;
  const own = columns.find((column) => isUnit(column, names));
  return own ?? (isOnly ? columns.find((column) => isUnit(column, UNIT_NAMES)) : undefined) ?? null;
}
