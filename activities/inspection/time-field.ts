import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import { isAboutTime } from './about-time';
import { goBackIn, hasHourTwice } from './clock-changes';
import type { ColumnProfile, Place } from './sample-column';
import { splitTime } from './split-time';
import type { TimeCandidate } from './time-candidate';
import { plainName } from './name-words';

export interface TimeProposal {
  readonly columns: readonly ColumnProfile[];
  /** Place and options, as `source.fields.timestamp` has them. */
  readonly field: JsonObject;
  readonly questions: readonly Question[];
}

/** Names that can mean nothing else. */
const TIME_NAMES = [
  'timestamp',
  'time',
  'ts',
  'datetime',
  'zeitstempel',
  'zeit',
  'eventtime',
  'datetimeutc',
  'utctime',
];
const HOUR_TWICE = 'In the sample, the times go back by up to an hour once at night.';
const ZONE_IN_NAME = /\b(?:GMT|UTC)\s*([+-]\d{1,2}(?::?\d{2})?)?/i;

/** Proposes where the time stands and how it is read; null if nothing looks like a time. */
export function timeField(columns: readonly ColumnProfile[], given: JsonObject): TimeProposal | null {
  const candidates = [...columns.flatMap(candidateOf), ...splitTime(columns)].sort(
    (one, other) => rank(one) - rank(other),
  );
  const [best, next] = candidates;
  if (best === undefined) return null;
  const { format, others, hasZone } = best.reading;
  const options: Record<string, unknown> = { ...placeOptions(best.place), ...(format === 'iso' ? {} : { format }) };
  const questions: Question[] = [];
  const ask = (option: string, asks: string, values: readonly unknown[]): void => {
    const answers = values.map((value) => ({ source: { fields: { timestamp: { [option]: value } } } }));
    if (given[option] === undefined) questions.push({ setting: `source.fields.timestamp.${option}`, asks, answers });
  };
  if (next !== undefined && rank(next) === rank(best) && given['column'] === undefined) {
    const equal = candidates.filter((candidate) => rank(candidate) === rank(best)).map(({ place }) => place);
    const answers = equal.slice(0, 5).map((place) => ({ source: { fields: { timestamp: placeOptions(place) } } }));
    questions.push({ setting: 'source.fields.timestamp', asks: 'Which of these is the time of a reading?', answers });
  }
  if (others.length > 0) ask('format', ambiguityOf(format), [format, ...others]);
  if (!hasZone) {
    const named = zoneInName(best.columns);
    const texts = best.columns.flatMap((column) => column.texts);
    const isTwice = format === 'iso' && hasHourTwice(texts);
    options['zone'] = named ?? 'UTC';
    const asks = 'In which zone are the times? They do not say so; a place such as Europe/Berlin has summer time.';
    if (named === null) ask('zone', isTwice ? `${asks} ${HOUR_TWICE}` : asks, zones());
    if (isTwice || goBackIn(String(given['zone'] ?? options['zone']), texts)) {
      options['ambiguous'] = 'earlier';
      const which = 'Which instant does a time mean that occurs twice, when clocks go back?';
      ask('ambiguous', isTwice ? `${which} ${HOUR_TWICE}` : which, ['earlier', 'later']);
    }
  }
  return { columns: best.columns, field: options, questions };
}

function candidateOf(column: ColumnProfile): TimeCandidate[] {
  const { time, place } = column;
  return time === null || time.isDate ? [] : [{ columns: [column], place, reading: time }];
}

/** The lower, the likelier; dates without a time of day are the last resort. */
function rank({ columns, reading }: TimeCandidate): number {
  const names = columns.map(({ word }) => plainName(word));
  const isDate = !/[HhKk]|iso|^(?:s|ms|us|ns)$|rfc/.test(reading.format) ? 3 : 0;
  if (names.some((name) => TIME_NAMES.includes(name))) return isDate;
  return isDate + (columns.some(({ word }) => isAboutTime(word)) ? 1 : 2);
}

function placeOptions(place: Place): JsonObject {
  return typeof place === 'string' ? { column: place } : place;
}

function ambiguityOf(format: string): string {
  return /^(?:s|ms|us|ns)$/.test(format)
    ? 'In which unit are the times? They are older than 2001, or of the first days of 1970 in a finer unit.'
    : 'Is the day or the month first? No day of the sample is after the 12th.';
}

/** `Date Time, GMT+02:00` names the offset of its values. */
function zoneInName(columns: readonly ColumnProfile[]): string | null {
  for (const { word } of columns) {
    const found = ZONE_IN_NAME.exec(word.replaceAll('_', ' '));
    if (found === null) continue;
    const [, offset] = found;
    if (offset === undefined) return 'UTC';
    const [, sign = '+', hours = '0', minutes = '00'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(offset) ?? [];
    return `${sign}${hours.padStart(2, '0')}:${minutes}`;
  }
  return null;
}

/** UTC, and the zone of this machine. */
function zones(): string[] {
  return [...new Set(['UTC', new Intl.DateTimeFormat().resolvedOptions().timeZone])];
}
