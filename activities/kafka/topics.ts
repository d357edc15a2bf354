import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import { kafkaFailure, protocolErrorType } from './kafka-failure';
import type { TopicSpec } from './types';

/** A week from publishing: timestamps are those of the append, so records with old event times are not deleted at once. */
const RETENTION_MS = 7 * 24 * 3_600_000;
const LEADER_TIMEOUT_MS = 20_000;
const LEADER_POLL_MS = 50;
const NOT_YET: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

export async function prepareTopics(
  admin: Admin,
  specs: readonly TopicSpec[],
): Promise<Readonly<Record<string, number>>> {
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
    return await partitionCounts(
      admin,
      specs.map(({ topic }) => topic),
    );
  } catch (error) {
    throw kafkaFailure(error, `Preparing topics ${specs.map(({ topic }) => topic).join(', ')}`);
  }
}

/** Waits until every partition has a leader, which may take a while after the creation of a topic. */
async function partitionCounts(admin: Admin, names: string[]): Promise<Record<string, number>> {
  const deadlineMs = Date.now() + LEADER_TIMEOUT_MS;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      const haveLeaders = topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
      if (haveLeaders) return Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]));
    } catch (error) {
      if (!NOT_YET.has(protocolErrorType(error) ?? '') || Date.now() > deadlineMs) throw error;
    }
    await sleep(LEADER_POLL_MS);
  }
}

/** KafkaJS returns the last stable offset as `high`. */
export async function topicOffsets(
  admin: Admin,
  topic: string,
): Promise<{ readonly start: PartitionOffsets; readonly end: PartitionOffsets }> {
  try {
    const partitions = await admin.fetchTopicOffsets(topic);
    return {
      start: Object.fromEntries(partitions.map(({ partition, low }) => [String(partition), low])),
      end: Object.fromEntries(partitions.map(({ partition, high }) => [String(partition), high])),
    };
  } catch (error) {
    throw kafkaFailure(error, `Reading the offsets of topic ${topic}`, { topic });
  }
}

export async function offsetsAt(admin: Admin, topic: string, timeMs: number): Promise<PartitionOffsets> {
  try {
    const partitions = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs);
    return Object.fromEntries(partitions.map(({ partition, offset }) => [String(partition), offset]));
  } catch (error) {
    throw kafkaFailure(error, `Reading the offsets of topic ${topic} at ${new Date(timeMs).toISOString()}`, {
      topic,
    });
  }
}
