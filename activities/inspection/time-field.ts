import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import { isAboutTime } from './about-time';
import { goBackIn, hasHourTwice } from './clock-changes';
import type { ColumnProfile, Place } from './sample-column';
import { splitTime } from './split-time';
import type { TimeCandidate } from './time-candidate';
import { plainName } from './name-words';
import { zoneOfTimes } from './zone-of-times';

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
const WHICH_INSTANT = 'Which instant does a time mean that occurs twice, when clocks go back?';
const HOUR_TWICE = 'In the sample, the times go back by up to an hour once at night.';

/** Proposes where the time stands and how it is read; null if nothing looks like a time. */
export function timeField(columns: readonly ColumnProfile[], given: JsonObject): TimeProposal | null {
  const candidates = [...columns.flatMap(candidateOf), ...splitTime(columns)].sort(
    (one, other) => rank(one) - rank(other),
  );
  const [best] = candidates;
  if (best === undefined) return null;
  const { format, others, hasZone } = best.reading;
  const zoned = hasZone ? { options: {}, questions: [] } : zoneOptions(best, columns, given);
  const questions = [
    ...(given['column'] === undefined ? whichTime(candidates.filter((each) => rank(each) === rank(best))) : []),
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

/** The zone of times that name none, and which instant an hour means that occurs twice. */
function zoneOptions(
  { columns, reading: { format } }: TimeCandidate,
  all: readonly ColumnProfile[],
  given: JsonObject,
): { readonly options: JsonObject; readonly questions: readonly Question[] } {
  const texts = columns.flatMap((column) => column.texts);
  const isTwice = format === 'iso' && hasHourTwice(texts);
  const because = isTwice ? ` ${HOUR_TWICE}` : '';
  const { zone, question: asked } = zoneOfTimes(columns, format, all);
  const inZone = asked === null ? [] : [question('zone', `${asked.asks}${because}`, asked.zones)];
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
