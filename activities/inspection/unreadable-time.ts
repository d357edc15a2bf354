import type { ColumnProfile } from './sample-column';
import type { TimeProposal } from './time-field';

/**
 * Proposes a column that is called like a time, but has no format that is recognised, and asks for the format; null if it
 * has no values.
 */
export function unreadableTime(column: ColumnProfile | undefined): TimeProposal | null {
  if (column === undefined || column.present === 0) return null;
  const { name, numbers, place } = column;
  const which =
    numbers === null
      ? 'A pattern reads texts of one form, such as dd.MM.yyyy HH:mm, and months in English.'
      : 'They are no times since 1970 that could be told by their size: s, ms, us and ns are such formats. Days since 1900 ' +
        'and times since the start of a measurement are not read: write dates.';
  const asks = `In which format are the times in "${name}"? ${which}`;
  return {
    columns: [column],
    field: typeof place === 'string' ? { column: place } : place,
    questions: [{ setting: 'source.fields.timestamp.format', asks, answers: [] }],
  };
}
