import type { Admin } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import { kafkaFailure, retryOn, throwKafkaFailure } from './kafka-failure';
import type { TopicOffsets, TopicSpec } from './types';

/** A week from publishing: timestamps are those of the append, so records with old event times are not deleted at once. */
const RETENTION_MS = 7 * 24 * 3_600_000;
const NOT_YET = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];
/** A broker that is busy answers so for a while after it has created a partition, and while its leader changes. */
const WITHOUT_LEADER = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'];

export async function prepareTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const names = specs.map(({ topic }) => topic);
  try {
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        // KafkaJS's own wait fails on a topic whose metadata the broker does not have yet.
        waitForLeaders: false,
        topics: missing.map(({ topic, partitions, maxMessageBytes }) => ({
          topic,
          numPartitions: partitions,
          configEntries: [
            { name: 'max.message.bytes', value: String(maxMessageBytes) },
            { name: 'message.timestamp.type', value: 'LogAppendTime' },
            { name: 'retention.ms', value: String(RETENTION_MS) },
          ],
        })),
      });
    }
    // Fails until every partition has a leader.
    await retryOn(NOT_YET, () => admin.fetchTopicMetadata({ topics: names }));
  } catch (error) {
    throw kafkaFailure(error, `Preparing topics ${names.join(', ')}`);
  }
}

/** KafkaJS returns the last stable offset as `high`. */
export async function topicOffsets(admin: Admin, topic: string): Promise<TopicOffsets> {
  const fail = throwKafkaFailure(`Reading the offsets of topic ${topic}`, { topic });
  const partitions = await retryOn(WITHOUT_LEADER, () => admin.fetchTopicOffsets(topic)).catch(fail);
  return {
    start: Object.fromEntries(partitions.map(({ partition, low }) => [partition, low])),
    end: Object.fromEntries(partitions.map(({ partition, high }) => [partition, high])),
  };
}

export async function offsetsAt(admin: Admin, topic: string, timeMs: number): Promise<PartitionOffsets> {
  const at = new Date(timeMs).toISOString();
  const fail = throwKafkaFailure(`Reading the offsets of topic ${topic} at ${at}`, { topic });
  const read = () => admin.fetchTopicOffsetsByTimestamp(topic, timeMs);
  const partitions = await retryOn(WITHOUT_LEADER, read).catch(fail);
  return Object.fromEntries(partitions.map(({ partition, offset }) => [partition, offset]));
}
