import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(__dirname, '..', '..', 'deploy', 'examples');

/** The sample data set of the project. */
export const GREENHOUSE_FILE = join(EXAMPLES, 'greenhouse.csv');

/** The source of the example input that reads this file. */
export const { source: GREENHOUSE_SOURCE } = JSON.parse(readFileSync(join(EXAMPLES, 'file-csv.json'), 'utf8')) as {
  source: { fields: Record<string, string | { column: string }> };
};

/** Counts the rows of the sample, those without a usable time, and those without a value, without code of the pipeline. */
export function greenhouseRows(): { readonly rows: number; readonly dead: number; readonly absent: number } {
  const [header = '', ...lines] = readFileSync(GREENHOUSE_FILE, 'utf8').trimEnd().split(/\r?\n/);
  const columns = header.split(',');
  const at = (field: string): number => {
    const mapped = GREENHOUSE_SOURCE.fields[field] ?? field;
    return columns.indexOf(typeof mapped === 'string' ? mapped : mapped.column);
  };
  const isNumber = (text = ''): boolean => text !== '' && Number.isFinite(Number(text));
  const rows = lines.map((line) => line.split(','));
  const dead = rows.filter((cells) => Number.isNaN(Date.parse(cells[at('timestamp')] ?? '')));
  const measured = rows.filter((cells) => isNumber(cells[at('temperature')]) || isNumber(cells[at('humidity')]));
  const absent = rows.filter((cells) => !dead.includes(cells) && !measured.includes(cells));
  return { rows: rows.length, dead: dead.length, absent: absent.length };
}
