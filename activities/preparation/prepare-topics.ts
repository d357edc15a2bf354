import type { PartitionOffsets } from '../contracts/offsets';
import type { PipelinePlan, PipelineTopics } from '../contracts/plan';
import { MAX_DERIVED_MESSAGE_BYTES, MAX_RAW_MESSAGE_BYTES } from '../contracts/record';
import { pipelineFailure } from '../contracts/failures';
import type { KafkaGateway } from '../kafka';

/** One offset per partition of each of the four topics. */
export type TopicPositions = Readonly<Record<keyof PipelineTopics, PartitionOffsets>>;

/** Offsets before the run writes anything. */
export interface PreparedTopics {
  /** Earliest offsets in the logs. */
  readonly start: TopicPositions;
  /** Next offsets: the first that the run writes. */
  readonly end: TopicPositions;
  /** How long the raw topic keeps records, null without limit; only if values are protected. */
  readonly rawRetentionMs?: number | null;
}

/**
 * Creates the missing topics of a pipeline and returns the offsets of all; idempotent.
 *
 * @throws SourceMissing when the source is a topic that does not exist
 * @throws TopicMisconfigured when topics of the pipeline that exist already would lose or refuse records
 * @throws ServiceUnavailable when Kafka does not respond
 */
export async function prepareTopics(kafka: KafkaGateway, plan: PipelinePlan): Promise<PreparedTopics> {
  const { topics, partitions, minRetentionMs, source, rules } = plan;
  const { raw, ...derived } = topics;
  if (source.kind === 'topic' && Object.keys((await kafka.offsets(raw)).end).length === 0) {
    const problem = `source.topic: expected an existing topic, got ${raw}, which has no partition.`;
    throw pipelineFailure('SourceMissing', problem, { topic: raw });
  }
  const spec = (topic: string, maxMessageBytes: number) => ({ topic, partitions, maxMessageBytes, minRetentionMs });
  const specs = Object.values(derived).map((topic) => spec(topic, MAX_DERIVED_MESSAGE_BYTES));
  if (source.kind !== 'topic') specs.unshift(spec(raw, MAX_RAW_MESSAGE_BYTES));
  await kafka.prepareTopics(specs);
  const retention = rules.protect === undefined ? {} : { rawRetentionMs: await kafka.retentionMs(raw) };
  return { ...(await topicPositions(kafka, plan)), ...retention };
}

/** Returns the next offset of every partition of the four topics. */
export async function topicEnds(kafka: KafkaGateway, plan: PipelinePlan): Promise<TopicPositions> {
  const { end } = await topicPositions(kafka, plan);
  return end;
}

async function topicPositions(kafka: KafkaGateway, { topics }: PipelinePlan): Promise<PreparedTopics> {
  const [raw, enriched] = [await kafka.offsets(topics.raw), await kafka.offsets(topics.enriched)];
  const [windows, deadLetter] = [await kafka.offsets(topics.windows), await kafka.offsets(topics.deadLetter)];
  return {
    start: { raw: raw.start, enriched: enriched.start, windows: windows.start, deadLetter: deadLetter.start },
    end: { raw: raw.end, enriched: enriched.end, windows: windows.end, deadLetter: deadLetter.end },
  };
}
