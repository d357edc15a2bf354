import { textOf, type Cell } from './cell';
import { clockPattern, hasOffset } from './clock-pattern';
import type { TimeReading } from './time-format';
import { monthLetters, writtenDate, type WrittenDate } from './written-date';

const LAST_MONTH = 12;
const LAST_DAY = 31;

/** Returns the pattern that most texts are dates in, perhaps with a time of day; null if there is none. */
export function datePattern(texts: readonly string[]): TimeReading | null {
  const written = texts.flatMap((text) => writtenDate(text) ?? []);
  const form = commonest(written.map((date) => date.form));
  const dates = written.filter((date) => date.form === form);
  const [first] = dates;
  if (first === undefined || dates.length * 2 <= texts.length) return null;
  const clocks = dates.flatMap(({ clock }) => clock ?? []);
  const clock = first.clock === null ? '' : `${literal(first.gap)}${clockPattern(clocks)}`;
  const [format, ...others] = dateFormats(first, dates).map((date) => `${date}${clock}`);
  if (format === undefined) return null;
  return {
    format,
    others,
    hasZone: first.clock !== null && hasOffset(first.clock),
    isDate: first.clock === null,
    reads: (cell: Cell): boolean => writtenDate(textOf(cell) ?? '')?.form === form,
  };
}

/** The patterns of the date that read all of the sample, the likelier first. */
function dateFormats({ order, signs, parts }: WrittenDate, dates: readonly WrittenDate[]): string[] {
  const [one, two] = signs.map(literal) as [string, string];
  const isShort = (part: 0 | 1 | 2): boolean => dates.some((date) => date.parts[part].length === 1);
  const digits = (part: 0 | 1 | 2, letter: string): string => letter.repeat(isShort(part) ? 1 : 2);
  const year = parts[2].length === 2 ? 'yy' : 'yyyy';
  switch (order) {
    case 'y-m-d':
      return [`yyyy${one}${digits(1, 'M')}${one}${digits(2, 'd')}`];
    case 'd-mon-y':
      return [`${digits(0, 'd')}${one}${monthLetters(parts[1])}${two}${year}`];
    case 'mon-d-y':
      return [`${monthLetters(parts[0])}${one}${digits(1, 'd')}${two}${year}`];
    case '?-?-y': {
      const dayFirst = `${digits(0, 'd')}${one}${digits(1, 'M')}${one}${year}`;
      const monthFirst = `${digits(0, 'M')}${one}${digits(1, 'd')}${one}${year}`;
      const yearLast = orders(dates).map((isDayFirst) => (isDayFirst ? dayFirst : monthFirst));
      if (!mayBeginWithYear(dates)) return yearLast;
      const yearFirst = `yy${one}MM${one}dd`;
      return varies(dates, 2) && !varies(dates, 0) ? [yearFirst, ...yearLast] : [...yearLast, yearFirst];
    }
  }
}

/** Whether the day may be first, and whether the month may be. */
function orders(dates: readonly WrittenDate[]): boolean[] {
  const isOver = (part: 0 | 1): boolean => dates.some(({ parts }) => Number(parts[part]) > LAST_MONTH);
  const [first, second] = [isOver(0), isOver(1)];
  if (first || second) return first && second ? [] : [first];
  // Halves of a day are written in few countries, and those put the month first.
  return dates.some(({ clock }) => clock !== null && clock.half !== '') ? [false, true] : [true, false];
}

/** Whether the dates may be years of two digits, months and days. */
function mayBeginWithYear(dates: readonly WrittenDate[]): boolean {
  return dates.every(
    ({ parts: [year, month, day] }) =>
      [year, month, day].every((part) => part.length === 2) && Number(month) <= LAST_MONTH && Number(day) <= LAST_DAY,
  );
}

function varies(dates: readonly WrittenDate[], part: 0 | 2): boolean {
  return new Set(dates.map(({ parts }) => parts[part])).size > 1;
}

/** Letters between the numbers of a date, as a pattern has them. */
function literal(text: string): string {
  return /[A-Za-z]/.test(text) ? `'${text}'` : text;
}

function commonest(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
