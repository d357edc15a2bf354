import { ConfigResourceTypes, type Admin } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import { retryOn, throwKafkaFailure } from './kafka-failure';
import type { NeededRight } from './missing-right';
import { assertNothingIsLost, CHECKED_SETTINGS, settingsOfNewTopic, type TopicSettings } from './topic-settings';
import type { TopicOffsets, TopicSpec } from './types';

const NOT_YET = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];
/** A broker that is busy answers so for a while after it has created a partition, and while its leader changes. */
const WITHOUT_LEADER = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'];

/** @param brokers - for the commands in a failure, each as `host:port` */
export async function prepareTopics(
  admin: Admin,
  brokers: readonly string[],
  specs: readonly TopicSpec[],
): Promise<void> {
  const names = specs.map(({ topic }) => topic);
  const failWithout = (operation: NeededRight['operation'], topics = names) =>
    throwKafkaFailure(`Preparing topics ${names.join(', ')}`, {}, { operation, topics });
  // A topic may be deleted between the two requests, and a broker may not know a new one yet.
  const existing = await retryOn(NOT_YET, () => existingTopics(admin, names)).catch(failWithout('DescribeConfigs'));
  assertNothingIsLost(specs, existing, brokers);
  const missing = specs.filter(({ topic }) => !existing.has(topic));
  const missingNames = missing.map(({ topic }) => topic);
  if (missing.length > 0) await createTopics(admin, missing).catch(failWithout('Create', missingNames));
  // Fails until every partition has a leader.
  await retryOn(NOT_YET, () => admin.fetchTopicMetadata({ topics: names })).catch(failWithout('Describe'));
}

async function createTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  await admin.createTopics({
    // KafkaJS's own wait fails on a topic whose metadata the broker does not have yet.
    waitForLeaders: false,
    topics: specs.map((spec) => ({
      topic: spec.topic,
      numPartitions: spec.partitions,
      configEntries: Object.entries(settingsOfNewTopic(spec)).map(([name, value]) => ({ name, value })),
    })),
  });
}

/** Returns the checked settings of those topics that exist. */
async function existingTopics(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, TopicSettings>> {
  const listed = new Set(await admin.listTopics());
  const existing = names.filter((name) => listed.has(name));
  if (existing.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    resources: existing.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames: [...CHECKED_SETTINGS] })),
    includeSynonyms: false,
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

export async function retentionMs(admin: Admin, topic: string): Promise<number | null> {
  const fail = throwKafkaFailure(`Reading the settings of topic ${topic}`, { topic });
  const settings = await retryOn(NOT_YET, () => existingTopics(admin, [topic])).catch(fail);
  const value = Number(settings.get(topic)?.['retention.ms']);
  return value >= 0 ? value : null;
}

/** KafkaJS returns the last stable offset as `high`. */
export async function topicOffsets(admin: Admin, topic: string): Promise<TopicOffsets> {
  const needed = { operation: 'Describe', topics: [topic] } as const;
  const fail = throwKafkaFailure(`Reading the offsets of topic ${topic}`, { topic }, needed);
  const partitions = await retryOn(WITHOUT_LEADER, () => admin.fetchTopicOffsets(topic)).catch(fail);
  return {
    start: Object.fromEntries(partitions.map(({ partition, low }) => [partition, low])),
    end: Object.fromEntries(partitions.map(({ partition, high }) => [partition, high])),
  };
}

export async function offsetsAt(admin: Admin, topic: string, timeMs: number): Promise<PartitionOffsets> {
  const at = new Date(timeMs).toISOString();
  const needed = { operation: 'Describe', topics: [topic] } as const;
  const fail = throwKafkaFailure(`Reading the offsets of topic ${topic} at ${at}`, { topic }, needed);
  const read = () => admin.fetchTopicOffsetsByTimestamp(topic, timeMs);
  const partitions = await retryOn(WITHOUT_LEADER, read).catch(fail);
  return Object.fromEntries(partitions.map(({ partition, offset }) => [partition, offset]));
}
