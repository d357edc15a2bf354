import { kindOf, numberOf, textOf, type Cell } from './cell';
import { compactDate } from './compact-date';
import { datePattern } from './date-pattern';
import { epochUnit } from './epoch-unit';
import type { TimeReading } from './time-format';

/** Values that are broken do not change the format of the others. */
const NEARLY_ALL = 0.8;

const ISO =
  /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?<zone> ?(?:[Zz]|[Uu][Tt][Cc]|[Gg][Mm][Tt]|[+-]\d{2}(?::?\d{2}){0,2}(?: \S+)?))?$/;
const RFC_1123 = /^(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}(?::\d{2})? (?:GMT|UTC|[+-]\d{4})$/;

/**
 * Returns how nearly all values of a column are times; null if they are none.
 *
 * @param isNamedSo - whether the name of the column says that it has times; numbers need this, unless they are of this century
 */
export function timeReading(cells: readonly Cell[], isNamedSo: boolean): TimeReading | null {
  const present = cells.filter((cell) => kindOf(cell) !== 'absent');
  if (present.length === 0) return null;
  const suits = (reads: TimeReading['reads']): boolean => present.filter(reads).length >= present.length * NEARLY_ALL;
  const texts = present.flatMap((cell) => (typeof cell === 'string' ? (textOf(cell) ?? []) : []));
  const text = textReading(texts);
  if (text !== null && suits(text.reads)) return text;
  const numbers = present.flatMap((cell) => numberOf(cell) ?? []);
  const unit = epochUnit(numbers, isNamedSo);
  const epoch = (cell: Cell): boolean => {
    const number = numberOf(cell);
    return number !== null && epochUnit([number], isNamedSo) !== null;
  };
  return unit === null || !suits(epoch) ? null : { ...unit, hasZone: true, isDate: false, reads: epoch };
}

/** A number among times of ISO 8601 is read as milliseconds. */
function isMilliseconds(cell: Cell): boolean {
  const number = numberOf(cell);
  return number !== null && epochUnit([number], false)?.format === 'ms';
}

function textReading(texts: readonly string[]): TimeReading | null {
  const matches = (pattern: RegExp) => (cell: Cell) => pattern.test(textOf(cell) ?? '');
  const isMost = (pattern: RegExp): boolean => texts.filter((text) => pattern.test(text)).length * 2 > texts.length;
  if (isMost(ISO)) {
    const hasZone = texts.every((text) => !ISO.test(text) || ISO.exec(text)?.groups?.['zone'] !== undefined);
    return {
      format: 'iso',
      hasZone,
      others: [],
      isDate: false,
      reads: (cell) => matches(ISO)(cell) || isMilliseconds(cell),
    };
  }
  if (isMost(RFC_1123)) {
    return { format: 'rfc1123', hasZone: true, others: [], isDate: false, reads: matches(RFC_1123) };
  }
  return compactDate(texts) ?? datePattern(texts);
}
