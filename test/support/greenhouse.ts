import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(__dirname, '..', '..', 'deploy', 'examples');

/** The sample data set of the project. */
export const GREENHOUSE_FILE = join(EXAMPLES, 'greenhouse.csv');

/** The source of the example input that reads this file. */
export const { source: GREENHOUSE_SOURCE } = JSON.parse(readFileSync(join(EXAMPLES, 'file-csv.json'), 'utf8')) as {
  source: { fields: Record<string, string | { column: string }> };
};

/** Counts the rows of the sample, and those without a usable measurement or time, without code of the pipeline. */
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
