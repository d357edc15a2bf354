/** Writes the generated files of one kind: `tsx workers/write-generated-files.ts KIND`. @module */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_MEASUREMENTS } from '../activities/contracts/measurement';
import { pipelineInputSchema } from '../activities/contracts/pipeline-input';
import { aliasesOf } from '../activities/contracts/pipeline-names';
import { componentTemplates, indexTemplate, STREAMS } from '../activities/elasticsearch/index-templates';
import { importFile } from '../kibana/saved-objects/import-file';
import { settingsSchema } from './config';

const PROJECT = join(__dirname, '..');
const TEMPLATES = 'deploy/elasticsearch';
const README = 'deploy/README.md';
const TABLE = /(?<=<!-- settings -->\n)[^]*(?=<!-- \/settings -->)/;

/** The text of each file by its path in the project. */
type Files = Readonly<Record<string, string>>;

/** The generated files by kind. */
export const GENERATED = {
  /** The import file for Kibana. */
  dashboards: (): Files => ({ 'kibana/dashboards.ndjson': importFile(DEFAULT_MEASUREMENTS) }),
  'index-templates': indexTemplates,
  /** For completion in editors; input files may have a `$schema` key, which editors use to find the schema. */
  'input-schema': (): Files => {
    const schema = z.toJSONSchema(pipelineInputSchema, { io: 'input', target: 'draft-7' });
    return { 'deploy/pipeline-input.schema.json': json({ title: 'Input of streamingPipeline', ...schema }) };
  },
  /** The table of environment variables in a README; Prettier leaves it as it is. */
  settings: (): Files => {
    const readme = readFileSync(join(PROJECT, README), 'utf8');
    if (!TABLE.test(readme)) throw new Error('Expected the comments <!-- settings --> and <!-- /settings -->');
    return { [README]: readme.replace(TABLE, () => `\n${settingsTable()}\n\n`) };
  },
};

/** The templates of a pipeline named `demo`, for review or for installation before its first run. */
function indexTemplates(): Files {
  const aliases = aliasesOf('demo');
  const components = Object.entries(componentTemplates()).map(
    ([name, template]) => [`${TEMPLATES}/component-templates/${name}.json`, json(template)] as const,
  );
  const indices = STREAMS.map((stream) => {
    const { [stream]: alias } = aliases;
    const template = indexTemplate(stream, alias, DEFAULT_MEASUREMENTS);
    return [`${TEMPLATES}/index-templates/${alias}.json`, json(template)] as const;
  });
  return Object.fromEntries([...components, ...indices]);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
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
  const kind = process.argv[2] as keyof typeof GENERATED;
  const files = Object.entries(GENERATED[kind]());
  if (kind === 'index-templates') rmSync(join(PROJECT, TEMPLATES), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(join(PROJECT, dirname(path)), { recursive: true });
    writeFileSync(join(PROJECT, path), text);
  }
}
