/**
 * Writes the table of environment variables to `deploy/README.md`, between the comments `settings` and `/settings`.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { settingsSchema } from './config';

const README = join(__dirname, '..', 'deploy', 'README.md');
const TABLE = /(?<=<!-- settings -->\n)[^]*(?=<!-- \/settings -->)/;

/** Replaces the table in a README; Prettier leaves the result as it is. */
export function withSettingsTable(readme: string): string {
  if (!TABLE.test(readme)) throw new Error('Expected the comments <!-- settings --> and <!-- /settings -->');
  return readme.replace(TABLE, () => `\n${settingsTable()}\n\n`);
}

function settingsTable(): string {
  const settings = Object.entries<z.ZodType>(settingsSchema.shape);
  const rows = settings.map(([name, schema]) => [`\`${name}\``, defaultOf(name, schema), schema.description ?? '']);
  const table = [['Variable', 'Default', 'Meaning'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function defaultOf(name: string, schema: z.ZodType): string {
  if (name === 'PIPELINE_HOST') return 'host name'; // of the machine that reads it
  const value = schema instanceof z.ZodDefault ? schema.def.defaultValue : '';
  return value === '' ? '' : `\`${String(value)}\``;
}

if (require.main === module) {
  writeFileSync(README, withSettingsTable(readFileSync(README, 'utf8')));
}
