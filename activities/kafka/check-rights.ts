import { ConfigResourceTypes, KafkaJSAggregateError, type Admin } from 'kafkajs';
import { KafkaClients, type KafkaServers } from './connection';
import { protocolErrorType } from './kafka-failure';
import { missingRight, type NeededRight } from './missing-right';

const REFUSED = 'TOPIC_AUTHORIZATION_FAILED';

/** Topics of a pipeline, and what a worker does with each. */
export interface CheckedTopics {
  readonly own: readonly string[];
  readonly sources: readonly string[];
}

/**
 * Returns the ACLs that the user lacks, as far as Kafka tells without an effect: whether
 * topics may be created, described and their settings read. Whether they may be read and written shows when that is done.
 */
export async function missingKafkaRights(servers: KafkaServers, { own, sources }: CheckedTopics): Promise<string[]> {
  const admin = new KafkaClients(servers, { clientId: 'rights', retry: { retries: 1 } }).open().admin();
  await admin.connect();
  const create = (topic: string) => admin.createTopics({ validateOnly: true, topics: [{ topic, numPartitions: 1 }] });
  const describe = (topic: string) => admin.fetchTopicMetadata({ topics: [topic] });
  try {
    const missing = [
      await refused('Create', own, create),
      await refused('Describe', [...own, ...sources], describe),
      await refused('DescribeConfigs', own, (topic) => settingsOf(admin, topic)),
    ];
    return missing.flat();
  } finally {
    await admin.disconnect();
  }
}

async function settingsOf(admin: Admin, name: string): Promise<unknown> {
  const resource = { type: ConfigResourceTypes.TOPIC, name, configNames: ['retention.ms'] };
  return await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
}

/** That a topic does not exist yet, or already, is no refusal. */
async function refused(
  operation: NeededRight['operation'],
  topics: readonly string[],
  attempt: (topic: string) => Promise<unknown>,
): Promise<string[]> {
  const types = await Promise.all(
    topics.map((topic) =>
      attempt(topic).then(
        () => undefined,
        (error: unknown) => protocolErrorType(firstOf(error)),
      ),
    ),
  );
  const missing = topics.filter((_, position) => types[position] === REFUSED);
  const acl = missingRight(REFUSED, { operation, topics: missing });
  return missing.length === 0 || acl === null ? [] : [acl];
}

function firstOf(error: unknown): unknown {
  return error instanceof KafkaJSAggregateError ? error.errors[0] : error;
}
