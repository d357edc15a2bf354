import type { Admin } from 'kafkajs';
import type { PartitionOffsets } from '../contracts/offsets';
import { kafkaFailure } from './kafka-failure';
import type { TopicSpec } from './types';

/** A week, counted from publishing: Kafka time is publishing time, so old event times are not deleted at once. */
const RETENTION_MS = 7 * 24 * 3_600_000;

/** Creates what is missing; a topic that is there stays as it is. Repeating the call changes nothing. */
export async function prepareTopics(
  admin: Admin,
  specs: readonly TopicSpec[],
): Promise<Readonly<Record<string, number>>> {
  try {
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
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
    const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ topic }) => topic) });
    return Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]));
  } catch (error) {
    throw kafkaFailure(error, `Preparing topics ${specs.map(({ topic }) => topic).join(', ')}`);
  }
}

/** First and next offset of every partition; the client reports the last stable offset as `high`. */
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
    throw kafkaFailure(error, `Asking for the offsets of topic ${topic}`);
  }
}
