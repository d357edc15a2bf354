/**
 * Writes the JSON Schema of the pipeline's input to `deploy/pipeline-input.schema.json`, for completion in editors.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pipelineInputSchema } from '../activities/contracts/pipeline-input';

/** Returns the schema as text. Input files may have a `$schema` key, which editors use to find the schema. */
export function inputSchemaText(): string {
  const schema = z.toJSONSchema(pipelineInputSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'Input of streamingPipeline', ...schema }, null, 2)}\n`;
}

if (require.main === module) {
  writeFileSync(join(__dirname, '..', 'deploy', 'pipeline-input.schema.json'), inputSchemaText());
}
