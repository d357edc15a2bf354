const TIME_WORDS =
  /time|date|stamp|zeit|datum|fecha|hora|heure|horodat|orario|klokke|^ts$|_ts$|^ts_|^at$|_at$|^t$|epoch/i;

/** Whether the name of a column says that it has times. */
export function isAboutTime(word: string): boolean {
  return TIME_WORDS.test(word) && !/temperat/i.test(word);
}
