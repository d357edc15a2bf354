import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';
import { durationMs, durationPattern } from '../contracts/pipeline-input';
import { aliasesOf, derivedTopics, pipelineNameSchema } from '../contracts/pipeline-names';
import { parseWorkflowInput } from '../contracts/workflow-input';
import type { KafkaGateway } from '../kafka';
import { assertHeld, offsetsSchema } from './held-range';

export interface PlanReplayRequest {
  /** As the user gave it. */
  readonly input: unknown;
  /** ISO 8601: where a window ends. */
  readonly endsAt: string;
}

/** What is read again, and into which index. */
export interface ReplayPlan {
  readonly stream: 'readings' | 'windows' | 'deadLetters';
  readonly topic: string;
  readonly alias: string;
  readonly deadLetterTopic: string | null;
  readonly ioTaskQueue: string;
  readonly from: PartitionOffsets;
  readonly to: PartitionOffsets;
}

const replayInputSchema = z
  .strictObject({
    name: pipelineNameSchema,
    stream: z.enum(['readings', 'windows', 'deadLetters']).default('readings'),
    window: z.string().regex(durationPattern, 'expected a duration such as "1 hour"').optional(),
    from: offsetsSchema.optional(),
    to: offsetsSchema.optional(),
  })
  .refine(
    ({ window, from, to }) => (window === undefined ? from !== undefined && to !== undefined : !from && !to),
    'expected either window, or from and to: the first and the next offset of each partition',
  );

/**
 * Finds the offsets that a replay reads: those it is given, or those published in the window that ends at `endsAt`.
 *
 * @throws InvalidInput naming every bad field at once
 * @throws SourceMissing when there is no such pipeline
 * @throws OffsetOutOfRange when the log does not hold the offsets given
 */
export async function planReplay(
  kafka: KafkaGateway,
  ioTaskQueue: string,
  { input, endsAt }: PlanReplayRequest,
): Promise<ReplayPlan> {
  const { name, stream, window, from, to } = parseWorkflowInput('replay', replayInputSchema, input);
  const topics = derivedTopics(name);
  const topic = { readings: topics.enriched, windows: topics.windows, deadLetters: topics.deadLetter }[stream];
  const { [stream]: alias } = aliasesOf(name);
  const range =
    window === undefined
      ? await heldRange(kafka, topic, from ?? {}, to ?? {})
      : await windowRange(kafka, topic, Date.parse(endsAt), durationMs(window));
  const deadLetterTopic = stream === 'deadLetters' ? null : topics.deadLetter;
  return { stream, topic, alias, deadLetterTopic, ioTaskQueue, ...range };
}

async function windowRange(
  kafka: KafkaGateway,
  topic: string,
  endMs: number,
  lengthMs: number,
): Promise<Pick<ReplayPlan, 'from' | 'to'>> {
  const from = await kafka.offsetsAt(topic, endMs - lengthMs);
  return { from, to: await kafka.offsetsAt(topic, endMs) };
}

async function heldRange(
  kafka: KafkaGateway,
  topic: string,
  from: PartitionOffsets,
  to: PartitionOffsets,
): Promise<Pick<ReplayPlan, 'from' | 'to'>> {
  assertHeld(topic, { from, to }, await kafka.offsets(topic));
  return { from, to };
}
