import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { pipelineInputSchema } from '../../activities/contracts/pipeline-input';
import { inputSchemaText } from '../../workers/write-input-schema';

const deploy = join(__dirname, '..', '..', 'deploy');
const shipped = readFileSync(join(deploy, 'pipeline-input.schema.json'), 'utf8');
const examples = readdirSync(join(deploy, 'examples')).filter((name) => name.endsWith('.json'));

describe('the JSON Schema of the input', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(shipped) as object);

  it('matches the code; `npm run schema` regenerates it', () => {
    expect(shipped).toBe(inputSchemaText());
  });

  it('refuses a field that is not known', () => {
    expect(validate({ sauce: {} })).toBe(false);
  });

  it.each(examples)('accepts the example %s, and so does the pipeline', (name) => {
    const input: unknown = JSON.parse(readFileSync(join(deploy, 'examples', name), 'utf8'));
    expect(validate(input)).toBe(true);
    expect(pipelineInputSchema.safeParse(input).error).toBeUndefined();
  });
});
