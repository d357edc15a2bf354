import type { FieldMapping } from '../../contracts/field-mapping';
import type { FileSource } from '../../contracts/pipeline-input';

/** The header of a CSV as column names; a column without a name is called by its number, `column1` being the first. */
export function columnNames(header: readonly string[]): string[] {
  return header.map((name, index) => (name.trim() === '' ? `column${index + 1}` : name));
}

/** What keeps a CSV with these columns from being read under this mapping, one sentence each; none when it can be. */
export function columnProblems(
  columns: readonly string[],
  given: FileSource['fields'],
  fields: FieldMapping,
): readonly string[] {
  const there = columns.map((name) => JSON.stringify(name)).join(', ');
  const problems: string[] = [];
  const repeated = columns.filter((name, index) => columns.indexOf(name) !== index);
  if (repeated.length > 0) problems.push(`Expected column names that differ, got ${quoted(repeated)} more than once.`);
  const named = Object.values(given).map((column) => (typeof column === 'string' ? column : column.column));
  const wanted = new Set([fields.deviceId, fields.timestamp, ...named]);
  const missing = [...wanted].filter((name) => !columns.includes(name));
  if (missing.length > 0) problems.push(`Expected the columns ${quoted(missing)}; there are ${there}.`);
  const measured = fields.measurements.map(({ column }) => column);
  if (!measured.some((name) => columns.includes(name))) {
    problems.push(`Expected a column of at least one measurement (${quoted(measured)}); there are ${there}.`);
  }
  if (problems.length > 0 && columns.length === 1 && /[;\t|]/.test(columns[0] ?? '')) {
    problems.push('The columns of a CSV are separated by commas.');
  }
  return problems;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
