import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import { isZone } from '../contracts/timestamp-reading';
import { isAboutTime, isClockName, isTimeName } from './about-time';
import { goBackIn, hasHourTwice } from './clock-changes';
import type { ColumnProfile, Place } from './sample-column';
import { splitTime } from './split-time';
import type { TimeCandidate } from './time-candidate';
import { withZoneColumn } from './zone-column';
import { zoneOfTimes } from './zone-of-times';

export interface TimeProposal {
  readonly columns: readonly ColumnProfile[];
  /** Place and options, as `source.fields.timestamp` has them. */
  readonly field: JsonObject;
  readonly questions: readonly Question[];
}

const WHICH_INSTANT = 'Which instant does a time mean that occurs twice, when clocks go back?';
const HOUR_TWICE = 'In the sample, the times go back by up to an hour once at night.';

/** Proposes where the time stands and how it is read; null if nothing looks like a time. */
export function timeField(columns: readonly ColumnProfile[], given: JsonObject): TimeProposal | null {
  const candidates = [...columns.flatMap(candidateOf), ...splitTime(columns)].sort(
    (one, other) => rank(one) - rank(other),
  );
  const [likeliest] = candidates;
  if (likeliest === undefined) return null;
  const best = withZoneColumn(likeliest, columns, given);
  const { format, others, hasZone } = best.reading;
  const zoned = hasZone ? ownZoneOptions(best) : zoneOptions(best, columns, given);
  const questions = [
    ...clockQuestion(best, columns),
    ...(given['column'] === undefined ? whichTime(candidates.filter((each) => rank(each) === rank(likeliest))) : []),
    ...(others.length > 0 ? [question('format', ambiguityOf(format), [format, ...others])] : []),
    ...zoned.questions,
  ].filter(({ setting }) => given[setting.replace('source.fields.timestamp.', '')] === undefined);
  const options = { ...placeOptions(best.place), ...(format === 'iso' ? {} : { format }), ...zoned.options };
  return { columns: best.columns, field: options, questions };
}

function question(option: string, asks: string, values: readonly string[]): Question {
  const answers = values.map((value) => ({ source: { fields: { timestamp: { [option]: value } } } }));
  return { setting: `source.fields.timestamp.${option}`, asks, answers };
}

/** Asks if several columns are equally likely. */
function whichTime(equal: readonly TimeCandidate[]): Question[] {
  if (equal.length < 2) return [];
  const answers = equal.slice(0, 5).map(({ place }) => ({ source: { fields: { timestamp: placeOptions(place) } } }));
  return [{ setting: 'source.fields.timestamp', asks: 'Which of these is the time of a reading?', answers }];
}

/** Asks for the time of day where only dates are recognised, and another column is called like a time. */
function clockQuestion(
  { columns, place, reading: { format } }: TimeCandidate,
  all: readonly ColumnProfile[],
): Question[] {
  const clock = all.find((column) => !columns.includes(column) && column.present > 0 && isClockName(column.word));
  if (clock === undefined || /[HhKk]|iso|^(?:s|ms|us|ns)$|rfc/.test(format)) return [];
  const asks =
    `Where is the time of day? That in "${clock.name}" is not recognised, and with dates alone all readings are at midnight: ` +
    'join both with a format that reads them, or write times such as 09:30.';
  const answers = [{ source: { fields: { timestamp: placeOptions(place) } } }];
  return [{ setting: 'source.fields.timestamp', asks, answers }];
}

interface ZoneOptions {
  readonly options: JsonObject;
  readonly questions: readonly Question[];
}

/** Which instant an hour means that occurs twice, of times that each name a place. */
function ownZoneOptions({ columns, reading: { format } }: TimeCandidate): ZoneOptions {
  const texts = columns.flatMap((column) => column.texts);
  const isTwice = format.endsWith('VV') && [...new Set(texts)].some((text) => isZone(text) && goBackIn(text, texts));
  if (!isTwice) return { options: {}, questions: [] };
  return {
    options: { ambiguous: 'earlier' },
    questions: [question('ambiguous', WHICH_INSTANT, ['earlier', 'later'])],
  };
}

/** The zone of times that name none, and which instant an hour means that occurs twice. */
function zoneOptions(
  { columns, reading: { format } }: TimeCandidate,
  all: readonly ColumnProfile[],
  given: JsonObject,
): ZoneOptions {
  const texts = columns.flatMap((column) => column.texts);
  const isTwice = format === 'iso' && hasHourTwice(texts);
  const because = isTwice ? ` ${HOUR_TWICE}` : '';
  const { zone, question: asked } = zoneOfTimes(columns, format, all);
  const inZone = asked === null ? [] : [question('zone', `${asked.asks}${because}`, asked.zones)];
  // Its names tell the two instants apart.
  if (format.endsWith('z')) return { options: { zone }, questions: inZone };
  const used = typeof given['zone'] === 'string' ? given['zone'] : zone;
  if (!isTwice && !goBackIn(used, texts)) return { options: { zone }, questions: inZone };
  const questions = [...inZone, question('ambiguous', `${WHICH_INSTANT}${because}`, ['earlier', 'later'])];
  return { options: { zone, ambiguous: 'earlier' }, questions };
}

function candidateOf(column: ColumnProfile): TimeCandidate[] {
  const { time, place } = column;
  return time === null || time.isDate ? [] : [{ columns: [column], place, reading: time }];
}

/** The lower, the likelier; dates without a time of day are the last resort. */
function rank({ columns, reading }: TimeCandidate): number {
  const isDate = !/[HhKk]|iso|^(?:s|ms|us|ns)$|rfc/.test(reading.format) ? 3 : 0;
  if (columns.some(({ word }) => isTimeName(word))) return isDate;
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
