import { isAboutTime } from './about-time';
import { clockOf, clockPattern, hasOffset } from './clock-pattern';
import { plainName } from './name-words';
import { NEARLY_ALL, type ColumnProfile } from './sample-column';
import type { TimeCandidate } from './time-candidate';

/** Parts of a time that have columns of their own, in the order of a date, and their letters. */
const PARTS = [
  [['year', 'yr', 'jahr', 'año'], 'yyyy'],
  [['month', 'mon', 'monat', 'mes'], 'M'],
  [['day', 'dayofmonth', 'tag', 'día'], 'd'],
  [['hour', 'hr', 'stunde', 'hora'], 'H'],
  [['minute', 'min', 'minuten'], 'm'],
  [['second', 'sec', 'sekunde'], 's'],
] as const;
const DATE_PARTS = 3;
const DIGITS = /^(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}$/;

/** Returns the times that stand in several columns: a date and a time of day, which may be numbers, as the date may be. */
export function splitTime(columns: readonly ColumnProfile[]): TimeCandidate[] {
  return [
    ...dateAndClock(columns),
    ...dateAndDigits(columns),
    ...numberedParts(columns),
    ...dateAndNumbers(columns),
    ...datesAlone(columns),
  ];
}

function dateAndClock(columns: readonly ColumnProfile[]): TimeCandidate[] {
  const date = columns.find(({ time }) => time?.isDate === true);
  const clock = columns.find(({ word, numbers, texts }) => {
    const clocks = texts.filter((text) => clockOf(text) !== null).length;
    const isClock = texts.length > 0 && clocks >= texts.length * NEARLY_ALL;
    return isClock && (numbers === null || isAboutTime(word));
  });
  if (date === undefined || clock === undefined || date.time === null) return [];
  const clocks = clock.texts.flatMap((text) => clockOf(text) ?? []);
  const join = (format: string): string => {
    const joined = `${format} ${clockPattern(clocks)}`;
    return /^yyyy-MM-dd HH:mm(?:\[?:ss[S.,[\]]*)?X*$/.test(joined) ? 'iso' : joined;
  };
  const { format, others } = date.time;
  return [
    {
      columns: [date, clock],
      place: { join: [date.place, clock.place], separator: ' ' },
      reading: {
        format: join(format),
        others: others.map(join),
        hasZone: clocks.every(hasOffset),
      },
    },
  ];
}

/** A date, and beside it a time of day without signs, such as 0930. */
function dateAndDigits(columns: readonly ColumnProfile[]): TimeCandidate[] {
  const date = columns.find(({ time }) => time?.isDate === true);
  const digits = columns.find(({ word, texts }) => {
    const [{ length } = ''] = texts;
    return isAboutTime(word) && texts.length > 0 && texts.every((text) => DIGITS.test(text) && text.length === length);
  });
  if (date === undefined || digits === undefined || date.time === null) return [];
  const { format, others } = date.time;
  const join = (first: string): string => `${first} ${'HHmmss'.slice(0, digits.texts[0]?.length)}`;
  const reading = { format: join(format), others: others.map(join), hasZone: false };
  return [{ columns: [date, digits], place: { join: [date.place, digits.place], separator: ' ' }, reading }];
}

interface NumberedPart {
  readonly column: ColumnProfile;
  readonly letters: string;
}

/** The columns of numbers that are called as parts of a time, up to the first part that has none. */
function partsIn(columns: readonly ColumnProfile[], wanted: readonly (typeof PARTS)[number][]): NumberedPart[] {
  const found: NumberedPart[] = [];
  for (const [names, letters] of wanted) {
    const column = columns.find(({ word, numbers }) => {
      return numbers !== null && (names as readonly string[]).includes(plainName(word));
    });
    if (column === undefined) break;
    found.push({ column, letters });
  }
  return found;
}

/** A date, and beside it the number of an hour and perhaps of a minute and a second. */
function dateAndNumbers(columns: readonly ColumnProfile[]): TimeCandidate[] {
  const date = columns.find(({ time }) => time?.isDate === true);
  const parts = partsIn(columns, PARTS.slice(DATE_PARTS));
  if (date === undefined || date.time === null || parts.length === 0) return [];
  const { format, others } = date.time;
  const join = (first: string): string => [first, ...parts.map(({ letters }) => letters)].join(' ');
  const joined = [date, ...parts.map(({ column }) => column)];
  const reading = { format: join(format), others: others.map(join), hasZone: false };
  return [{ columns: joined, place: { join: joined.map(({ place }) => place), separator: ' ' }, reading }];
}

function numberedParts(columns: readonly ColumnProfile[]): TimeCandidate[] {
  const found = partsIn(columns, PARTS);
  if (found.length < DATE_PARTS) return [];
  return [
    {
      columns: found.map(({ column }) => column),
      place: { join: found.map(({ column }) => column.place), separator: '-' },
      reading: { format: found.map(({ letters }) => letters).join('-'), others: [], hasZone: false },
    },
  ];
}

function datesAlone(columns: readonly ColumnProfile[]): TimeCandidate[] {
  return columns.flatMap((column) => {
    const { time, place } = column;
    return time?.isDate === true ? [{ columns: [column], place, reading: time }] : [];
  });
}
