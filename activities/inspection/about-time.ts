import { plainName } from './name-words';

const TIME_WORDS =
  /time|date|^data$|^dato$|stamp|zeit|datum|fecha|hora|heure|horodat|orario|klokke|^ts$|_ts$|^ts_|^at$|_at$|^t$|epoch/i;

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

/** Whether the name of a column says that it has times. */
export function isAboutTime(word: string): boolean {
  return TIME_WORDS.test(word) && !/temperat/i.test(word);
}

/** Whether a column can hold nothing else by its name. */
export function isTimeName(word: string): boolean {
  return TIME_NAMES.includes(plainName(word));
}

/** Whether the name of a column says that it has times of day. */
export function isClockName(word: string): boolean {
  return /(?:^|[^\p{L}])(?:time|zeit|uhrzeit|hour|hora|heure|ora|klokke\p{L}*|tijd|tid|clock)(?:$|[^\p{L}])/iu.test(
    word,
  );
}
