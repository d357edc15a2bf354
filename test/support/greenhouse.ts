import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(__dirname, '..', '..', 'deploy', 'examples');

/** The sample that comes with the project. */
export const GREENHOUSE_FILE = join(EXAMPLES, 'greenhouse.csv');

/** Of the example input, whose file it is. */
export const { source: GREENHOUSE_SOURCE } = JSON.parse(readFileSync(join(EXAMPLES, 'file-csv.json'), 'utf8')) as {
  source: { fields: Record<string, string | { column: string }> };
};

/** Rows of the sample, and those of them without a usable measurement or time, judged by the test itself. */
export function greenhouseRows(): { readonly rows: number; readonly dead: number } {
  const [header = '', ...lines] = readFileSync(GREENHOUSE_FILE, 'utf8').trimEnd().split(/\r?\n/);
  const columns = header.split(',');
  const at = (field: string): number => {
    const mapped = GREENHOUSE_SOURCE.fields[field] ?? field;
    return columns.indexOf(typeof mapped === 'string' ? mapped : mapped.column);
  };
  const isNumber = (text = ''): boolean => text !== '' && Number.isFinite(Number(text));
  const dead = lines.filter((line) => {
    const cells = line.split(',');
    const hasMeasurement = isNumber(cells[at('temperature')]) || isNumber(cells[at('humidity')]);
    return !hasMeasurement || Number.isNaN(Date.parse(cells[at('timestamp')] ?? ''));
  });
  return { rows: lines.length, dead: dead.length };
}
