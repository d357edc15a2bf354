import { z } from 'zod';
import { offsetsSchema, type PartitionOffsets } from '../contracts/offsets';
import type { PipelineAliases, PipelineTopics } from '../contracts/plan';
import { aliasesOf, derivedTopics, pipelineNameSchema } from '../contracts/pipeline-names';
import { parseWorkflowInput } from '../contracts/workflow-input';
import type { KafkaGateway } from '../kafka';
import { assertInLog } from './offset-range';

const redriveInputSchema = z.strictObject({
  name: pipelineNameSchema,
  stage: z.enum(['parse', 'index']).optional(),
  reasons: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
  from: offsetsSchema.optional(),
  to: offsetsSchema.optional(),
  dryRun: z.boolean().default(true),
});

/** Which dead letters a redrive considers. */
export type LetterChoice = Pick<z.infer<typeof redriveInputSchema>, 'name' | 'stage' | 'reasons'>;

/** What a redrive reads, and where it may write. */
export interface RedrivePlan {
  readonly choice: LetterChoice;
  readonly dryRun: boolean;
  readonly topics: Pick<PipelineTopics, 'enriched' | 'windows' | 'deadLetter'>;
  readonly aliases: Pick<PipelineAliases, 'readings' | 'windows' | 'deadLetters'>;
  /** Whether anybody will read what is published to the raw topic. */
  readonly hasRawReader: boolean;
  readonly ioTaskQueue: string;
  /** Of the dead-letter topic, for every partition. */
  readonly from: PartitionOffsets;
  readonly to: PartitionOffsets;
}

/**
 * Checks the input of a redrive and determines its offsets: the given ones, by default the whole topic as of now.
 *
 * @param hasRawReader - whether a run is open that reads the raw topic of this pipeline
 * @throws InvalidInput naming every bad field at once
 * @throws SourceMissing when there is no such pipeline
 * @throws OffsetOutOfRange when the log does not contain the given offsets
 */
export async function planRedrive(
  kafka: KafkaGateway,
  hasRawReader: (name: string) => Promise<boolean>,
  ioTaskQueue: string,
  { input }: { readonly input: unknown },
): Promise<RedrivePlan> {
  const { from, to, dryRun, ...choice } = parseWorkflowInput('redrive', redriveInputSchema, input);
  const topics = derivedTopics(choice.name);
  const log = await kafka.offsets(topics.deadLetter);
  const range = { from: { ...log.start, ...from }, to: { ...log.end, ...to } };
  assertInLog({ topic: topics.deadLetter, ...range }, log);
  const { name } = choice;
  const reader = { hasRawReader: await hasRawReader(name) };
  return { choice, dryRun, topics, aliases: aliasesOf(name), ...reader, ioTaskQueue, ...range };
}
