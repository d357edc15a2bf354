import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { pipelineInputSchema } from '../../activities/contracts/pipeline-input';
import { settingsSchema } from '../../workers/config';
import { GENERATED } from '../../workers/write-generated-files';

const PROJECT = join(__dirname, '..', '..');
const DEPLOY = join(PROJECT, 'deploy');
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

describe('the templates in deploy/elasticsearch', () => {
  interface Template {
    readonly template: { readonly settings?: object };
    readonly _meta: { readonly reasons: Readonly<Record<string, string>> };
  }
  const paths = readdirSync(join(DEPLOY, 'elasticsearch'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => `deploy/elasticsearch/${path}`);

  it('are exactly the generated ones', () => {
    expect(new Set(paths)).toEqual(new Set(Object.keys(GENERATED['index-templates']())));
  });

  it.each(paths)('%s has a reason beside every setting', (path) => {
    const { template, _meta: meta } = JSON.parse(read(path)) as Template;
    expect(Object.keys(meta.reasons)).toEqual(expect.arrayContaining(Object.keys(template.settings ?? {})));
  });
});

describe('the table of environment variables', () => {
  it.each(Object.entries(settingsSchema.shape))('describes %s', (_name, schema) => {
    expect(schema.description).toMatch(/\.$/);
  });
});

describe('the JSON Schema of the input', () => {
  const schema = JSON.parse(read('deploy/pipeline-input.schema.json')) as object;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const examples = readdirSync(join(DEPLOY, 'examples')).filter((name) => name.endsWith('.json'));

  it('rejects an unknown field', () => {
    expect(validate({ sauce: {} })).toBe(false);
  });

  it.each(examples)('accepts the example %s, and so does the pipeline', (name) => {
    const input: unknown = JSON.parse(read(`deploy/examples/${name}`));
    expect(validate(input)).toBe(true);
    expect(pipelineInputSchema.safeParse(input).error).toBeUndefined();
  });
});
