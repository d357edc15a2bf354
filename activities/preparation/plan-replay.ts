import { z } from 'zod';
import { durationFrom, durationMs } from '../contracts/duration';
import { offsetsSchema, type TopicRange } from '../contracts/offsets';
import { aliasesOf, derivedTopics, pipelineNameSchema } from '../contracts/pipeline-names';
import { parseWorkflowInput } from '../contracts/workflow-input';
import type { KafkaGateway } from '../kafka';
import { assertInLog } from './offset-range';

export interface PlanReplayRequest {
  /** As the user gave it. */
  readonly input: unknown;
  /** End of a window, ISO 8601. */
  readonly endsAt: string;
}

/** What is read again, and into which index. */
export interface ReplayPlan extends TopicRange {
  readonly stream: z.infer<typeof streamSchema>;
  readonly alias: string;
  readonly deadLetterTopic: string | null;
  readonly laneTaskQueue: string;
  /** Options with which a `temporal` command reaches the server, each after a space. */
  readonly temporalOptions: string;
}

const streamSchema = z.enum(['readings', 'windows', 'deadLetters']);

const replayInputSchema = z
  .strictObject({
    name: pipelineNameSchema,
    stream: streamSchema.default('readings'),
    window: durationFrom(1).optional(),
    from: offsetsSchema.optional(),
    to: offsetsSchema.optional(),
  })
  .refine(
    ({ window, from, to }) => (window === undefined ? from !== undefined && to !== undefined : !from && !to),
    'expected either window, or from and to: the first and the next offset of each partition',
  );

/**
 * Determines the offsets that a replay reads: the given ones, or those published in the window that ends at `endsAt`.
 *
 * @throws InvalidInput naming every bad field at once
 * @throws SourceMissing when there is no such pipeline
 * @throws OffsetOutOfRange when the log does not contain the given offsets
 */
export async function planReplay(
  kafka: KafkaGateway,
  services: Pick<ReplayPlan, 'laneTaskQueue' | 'temporalOptions'>,
  { input, endsAt }: PlanReplayRequest,
): Promise<ReplayPlan> {
  const { name, stream, window, from = {}, to = {} } = parseWorkflowInput('replay', replayInputSchema, input);
  const topics = derivedTopics(name);
  const topic = { readings: topics.enriched, windows: topics.windows, deadLetters: topics.deadLetter }[stream];
  const { [stream]: alias } = aliasesOf(name);
  const deadLetterTopic = stream === 'deadLetters' ? null : topics.deadLetter;
  const place = { stream, topic, alias, deadLetterTopic, ...services };
  if (window === undefined) {
    assertInLog({ topic, from, to }, await kafka.offsets(topic));
    return { ...place, from, to };
  }
  const endMs = Date.parse(endsAt);
  const start = await kafka.offsetsAt(topic, endMs - durationMs(window));
  const end = await kafka.offsetsAt(topic, endMs);
  return { ...place, from: start, to: end };
}
