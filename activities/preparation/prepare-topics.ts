import type { PartitionOffsets } from '../contracts/offsets';
import type { PipelinePlan } from '../contracts/plan';
import { MAX_DERIVED_MESSAGE_BYTES, MAX_RAW_MESSAGE_BYTES } from '../contracts/record';
import { pipelineFailure } from '../failures';
import type { KafkaGateway } from '../kafka';

/** Where the four topics begin and end at one moment. */
export interface TopicPositions {
  readonly raw: PartitionOffsets;
  readonly enriched: PartitionOffsets;
  readonly windows: PartitionOffsets;
  readonly deadLetter: PartitionOffsets;
}

export interface PreparedTopics {
  /** Ends before this run wrote anything: the run's part begins here. */
  readonly end: TopicPositions;
  /** First offset that the raw topic still holds. */
  readonly rawStart: PartitionOffsets;
}

/**
 * Creates the pipeline's topics where they are missing and takes their ends; repeating it creates nothing.
 *
 * @throws SourceMissing when the source is a topic that does not exist
 * @throws ServiceUnavailable when Kafka does not answer
 */
export async function prepareTopics(kafka: KafkaGateway, plan: PipelinePlan): Promise<PreparedTopics> {
  const { topics, partitions, source } = plan;
  if (source.kind === 'topic') await assertExists(kafka, topics.raw);
  const raw = { topic: topics.raw, partitions, maxMessageBytes: MAX_RAW_MESSAGE_BYTES };
  const derived = [topics.enriched, topics.windows, topics.deadLetter].map((topic) => ({
    topic,
    partitions,
    maxMessageBytes: MAX_DERIVED_MESSAGE_BYTES,
  }));
  await kafka.prepareTopics(source.kind === 'topic' ? derived : [raw, ...derived]);
  const { start } = await kafka.offsets(topics.raw);
  return { end: await topicEnds(kafka, plan), rawStart: start };
}

/** The next offset of every partition of the four topics. */
export async function topicEnds(kafka: KafkaGateway, { topics }: PipelinePlan): Promise<TopicPositions> {
  const [raw, enriched, windows, deadLetter] = await Promise.all(
    [topics.raw, topics.enriched, topics.windows, topics.deadLetter].map(async (topic) => kafka.offsets(topic)),
  );
  return {
    raw: raw?.end ?? {},
    enriched: enriched?.end ?? {},
    windows: windows?.end ?? {},
    deadLetter: deadLetter?.end ?? {},
  };
}

async function assertExists(kafka: KafkaGateway, topic: string): Promise<void> {
  const { end } = await kafka.offsets(topic);
  if (Object.keys(end).length > 0) return;
  throw pipelineFailure(
    'SourceMissing',
    `source.topic: expected an existing topic, got ${topic}, which has no partition.`,
  );
}
