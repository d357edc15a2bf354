import { randomUUID } from 'node:crypto';
import { ConfigResourceTypes, ConfigSource, Kafka, logLevel, type Admin } from 'kafkajs';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { parseInput } from '../../../activities/preparation/parse-input';
import type { PipelinePlan } from '../../../activities/contracts/plan';
import { prepareTopics, type PreparedTopics } from '../../../activities/preparation/prepare-topics';
import { createTopics } from '../../support/create-topics';
import { stackAddresses } from '../../support/stack';
import { patiently } from '../kafka/patiently';

const COMMAND =
  /kafka-configs\.sh --bootstrap-server (\S+) --alter --entity-type topics --entity-name (\S+) --add-config (\S+)$/m;

let kafka: KafkaGateway;
let admin: Admin;
beforeAll(async () => {
  const brokers = [...stackAddresses().kafkaBrokers];
  kafka = createKafkaGateway({ brokers, clientId: 'prepare-topics-test' });
  admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  await kafka.close();
  await admin.disconnect();
});

function newPlan(input: unknown = {}): PipelinePlan {
  const workflowId = `pipeline/topics-${randomUUID().slice(0, 8)}`;
  return parseInput(
    { io: 'io', lanes: 'lanes', host: 'host' },
    { input, workflowId, run: 'r', startedAt: '2026-05-02T00:00:00Z' },
  );
}

const prepared = (plan: PipelinePlan): Promise<PreparedTopics> => patiently(() => prepareTopics(kafka, plan));

async function failureOf(plan: PipelinePlan): Promise<string> {
  const failure: unknown = await prepared(plan).catch((error: unknown) => error);
  expect(failure).toMatchObject({ type: 'TopicMisconfigured', nonRetryable: true });
  return (failure as Error).message;
}

describe('prepareTopics', () => {
  it('creates topics whose settings no default of a broker changes, and accepts them the next time', async () => {
    const plan = newPlan({ minRetention: '30 days' });
    await prepared(plan);
    const { resources } = await admin.describeConfigs({
      resources: Object.values(plan.topics).map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
      includeSynonyms: false,
    });
    expect(resources).toHaveLength(4);
    for (const { resourceName, configEntries } of resources) {
      const own = configEntries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
      expect(Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]))).toEqual({
        'cleanup.policy': 'delete',
        'compression.type': 'producer',
        'max.message.bytes': resourceName === plan.topics.raw ? '1048588' : '4194352',
        'message.timestamp.type': 'LogAppendTime',
        'retention.bytes': '-1',
        'retention.ms': String(30 * 86_400_000),
      });
    }
    await prepared(plan);
  });

  it('rejects existing topics that would lose or refuse records, all at once, and creates none', async () => {
    const plan = newPlan();
    const { raw, windows, deadLetter, enriched } = plan.topics;
    await createTopics(admin, [raw], {
      'cleanup.policy': 'compact,delete',
      'retention.ms': '1000',
      'retention.bytes': '5000',
    });
    await createTopics(admin, [windows], {});
    await createTopics(admin, [deadLetter], { 'max.message.bytes': '4000000', 'retention.ms': '604800000' });
    const message = await failureOf(plan);
    for (const text of [
      'cleanup.policy is compact,delete, expected delete',
      'retention.ms is 1000, expected -1 or at least 86400000',
      'retention.bytes is 5000, expected -1',
      'max.message.bytes is 1048588, expected at least 4194352',
      'max.message.bytes is 4000000, expected at least 4194352',
    ]) {
      expect(message).toContain(text);
    }
    expect(message.match(/→ at topic .*/g)).toEqual([raw, windows, deadLetter].map((topic) => `→ at topic ${topic}`));
    expect(await admin.listTopics()).not.toContain(enriched);
  });

  it('accepts an existing topic with the settings of the command that it asked for', async () => {
    const plan = newPlan();
    await createTopics(admin, [plan.topics.raw], {
      ...{ 'cleanup.policy': 'compact', 'retention.ms': '1000' },
      ...{ 'retention.bytes': '1000000', 'max.message.bytes': '200' },
    });
    // Kafka's command-line tools are not installed here.
    const [, brokers, name = '', added = ''] = COMMAND.exec(await failureOf(plan)) ?? [];
    expect([brokers, name]).toEqual([stackAddresses().kafkaBrokers.join(','), plan.topics.raw]);
    const configEntries = added.split(',').map((setting) => {
      const [key = '', value = ''] = setting.split('=');
      return { name: key, value };
    });
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
    });
    const { end } = await prepared(plan);
    expect(Object.keys(end.enriched)).toHaveLength(4);
  });

  it('leaves the topic of others as it is that a pipeline reads', async () => {
    const topic = `Others.${randomUUID()}`;
    await createTopics(admin, [topic], {
      'cleanup.policy': 'compact',
      'retention.ms': '1000',
      'max.message.bytes': '200',
    });
    const { start } = await prepared(newPlan({ source: { kind: 'topic', topic } }));
    expect(start.raw).toEqual({ 0: '0' });
  });
});
