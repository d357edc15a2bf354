import { textOf, type Cell } from './cell';
import type { TimeReading } from './time-format';

const COMPACT =
  /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?<gap>[T _-]?)(?<clock>(?:[01]\d|2[0-3])(?:[0-5]\d){0,2})(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/;

/** Returns the pattern of dates without signs, such as `20200712T090134Z`, if all texts are of the form of the first one. */
export function compactDate(texts: readonly string[]): TimeReading | null {
  const format = formatOf(texts[0] ?? '');
  if (format === null) return null;
  return {
    format,
    hasZone: format.endsWith('X'),
    others: [],
    isDate: format === 'yyyyMMdd',
    reads: (cell: Cell) => formatOf(textOf(cell) ?? '') === format,
  };
}

function formatOf(text: string): string | null {
  const found = COMPACT.exec(text);
  if (found === null) return null;
  const { gap = '', clock = '', zone } = found.groups ?? {};
  const zoneLetters = zone === undefined ? '' : zone.includes(':') || zone === 'Z' ? 'XXX' : 'XX';
  return `yyyyMMdd${gap === 'T' ? "'T'" : gap}${'HHmmss'.slice(0, clock.length)}${zoneLetters}`;
}
