import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';
import type { PipelineAliases, PipelineTopics } from '../contracts/plan';
import { aliasesOf, derivedTopics, pipelineNameSchema } from '../contracts/pipeline-names';
import { parseWorkflowInput } from '../contracts/workflow-input';
import type { KafkaGateway } from '../kafka';
import { assertHeld, offsetsSchema } from './held-range';

const redriveInputSchema = z.strictObject({
  name: pipelineNameSchema,
  stage: z.enum(['parse', 'index']).optional(),
  reasons: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
  from: offsetsSchema.optional(),
  to: offsetsSchema.optional(),
  dryRun: z.boolean().default(true),
});

/** Which dead letters a redrive looks at. */
export type LetterChoice = Pick<z.infer<typeof redriveInputSchema>, 'name' | 'stage' | 'reasons'>;

/** What a redrive reads, and where it may put what it finds. */
export interface RedrivePlan {
  readonly choice: LetterChoice;
  readonly dryRun: boolean;
  readonly topics: Pick<PipelineTopics, 'enriched' | 'windows' | 'deadLetter'>;
  readonly aliases: Pick<PipelineAliases, 'readings' | 'windows' | 'deadLetters'>;
  readonly ioTaskQueue: string;
  /** Of the dead-letter topic, for every partition. */
  readonly from: PartitionOffsets;
  readonly to: PartitionOffsets;
}

/**
 * Checks the input of a redrive and fixes the offsets it looks at: those given, else all that the topic holds now.
 *
 * @throws InvalidInput naming every bad field at once
 * @throws SourceMissing when there is no such pipeline
 * @throws OffsetOutOfRange when the log does not hold the offsets given
 */
export async function planRedrive(
  kafka: KafkaGateway,
  ioTaskQueue: string,
  { input }: { readonly input: unknown },
): Promise<RedrivePlan> {
  const { from, to, dryRun, ...choice } = parseWorkflowInput('redrive', redriveInputSchema, input);
  const { name } = choice;
  const topics = derivedTopics(name);
  const held = await kafka.offsets(topics.deadLetter);
  const range = { from: { ...held.start, ...from }, to: { ...held.end, ...to } };
  assertHeld(topics.deadLetter, range, held);
  return { choice, dryRun, topics, aliases: aliasesOf(name), ioTaskQueue, ...range };
}
