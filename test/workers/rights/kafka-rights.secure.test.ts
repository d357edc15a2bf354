import { randomUUID } from 'node:crypto';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ResourcePatternTypes,
  type Admin,
  type Kafka,
  type Producer,
} from 'kafkajs';
import { derivedTopics, ownRawTopic } from '../../../activities/contracts/pipeline-names';
import { createKafkaGateway, grantRights } from '../../../activities/kafka';
import { KafkaClients } from '../../../activities/kafka/connection';
import { loadConfig } from '../../../workers/config';
import { kafkaServersOf } from '../../../workers/connections';
import type { PipelineRights } from '../../../workers/rights/pipeline-rights';
import { secureStack, type SecureStack } from '../../support/secure-stack';
import { until } from '../../support/until';
import { type KafkaRightName, kafkaSteps, rightName, singleRights } from './kafka-steps';

const MISSING: readonly (KafkaRightName | 'nothing')[] = [
  'nothing',
  'Create on own topics',
  'DescribeConfigs on own topics',
  'Read on own topics',
  'Write on own topics',
  'Read on the source topic',
  'Read on groups that read',
  'Read on groups that mirror',
];
const TAG = randomUUID().slice(0, 8);
/** One pipeline for each right that is missing, so that the same user has all but that one. */
const PIPELINES = new Map(
  MISSING.map((missing, i) => [missing, { name: `rights-${TAG}-${i}`, sourceTopic: `rights-${TAG}-${i}.others` }]),
);
const ALLOWED = pipelineWithout('nothing');

let stack: SecureStack;
let admin: Admin;
let adminProducer: Producer;
let worker: Kafka;
/** By the missing right and the step: `done`, or the message of its failure. */
let outcomes: ReadonlyMap<string, Readonly<Record<string, string>>>;

function pipelineWithout(missing: KafkaRightName | 'nothing'): Required<PipelineRights> {
  const pipeline = PIPELINES.get(missing);
  if (pipeline === undefined) throw new Error(`unknown: ${missing}`);
  return pipeline;
}

function clientOf(variables: Readonly<Record<string, string>>): Kafka {
  return new KafkaClients(kafkaServersOf(loadConfig(variables)), {
    clientId: 'rights-test',
    retry: { retries: 2 },
  }).open();
}

beforeAll(async () => {
  stack = await secureStack();
  const servers = kafkaServersOf(loadConfig(stack.clients.admin));
  const root = clientOf(stack.clients.admin);
  worker = clientOf(stack.clients.worker);
  admin = root.admin();
  adminProducer = root.producer();
  await Promise.all([admin.connect(), adminProducer.connect()]);
  const rights = MISSING.flatMap((missing) => {
    const pipeline = pipelineWithout(missing);
    const left = singleRights(pipeline).filter((right) => rightName(right, pipeline) !== missing);
    return left.map(({ operation, ...right }) => ({ ...right, operations: [operation] }));
  });
  await grantRights(servers, 'worker', rights);
  const sources = [...PIPELINES.values()].map(({ sourceTopic }) => sourceTopic);
  await admin.createTopics({ topics: sources.map((topic) => ({ topic, numPartitions: 1 })) });
  for (const topic of sources) await publish(topic);
  outcomes = new Map(
    await Promise.all(MISSING.map(async (missing) => [missing, await outcomesWithout(missing)] as const)),
  );
}, 600_000);

afterAll(async () => {
  await admin.deleteAcls({
    filters: [...PIPELINES.values()].flatMap((pipeline) =>
      singleRights(pipeline).map(({ name }) => ({
        resourceType: AclResourceTypes.ANY,
        resourceName: name,
        resourcePatternType: ResourcePatternTypes.ANY,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      })),
    ),
  });
  await Promise.all([admin.disconnect(), adminProducer.disconnect()]);
});

async function publish(topic: string): Promise<void> {
  await until(`${topic} takes a record`, () =>
    adminProducer.send({ topic, messages: [{ value: '{}' }] }).then(
      () => true,
      () => false,
    ),
  );
}

async function outcomesWithout(missing: KafkaRightName | 'nothing'): Promise<Readonly<Record<string, string>>> {
  const pipeline = pipelineWithout(missing);
  const kafka = createKafkaGateway({ ...kafkaServersOf(loadConfig(stack.clients.worker)), clientId: 'rights-test' });
  const allowed = createKafkaGateway({ ...kafkaServersOf(loadConfig(stack.clients.admin)), clientId: 'rights-test' });
  const found: Record<string, string> = {};
  try {
    for (const step of kafkaSteps({ admin, allowed, publish }, pipeline)) {
      found[step.name] = await step.run(kafka).then(
        () => 'done',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    }
    return found;
  } finally {
    await Promise.all([kafka.close(), allowed.close()]);
  }
}

describe('the rights of a worker in Kafka', () => {
  it.each(MISSING)('without %s, make exactly the steps fail that need it, which name it', (missing) => {
    const steps = kafkaSteps({ admin, allowed: null as never, publish }, pipelineWithout(missing));
    const expected = steps.map(({ name, needs }) => {
      const text = missing === 'nothing' ? undefined : needs[missing];
      return [name, text === undefined ? 'done' : (expect.stringContaining(text) as string)] as const;
    });
    expect(outcomes.get(missing)).toEqual(Object.fromEntries(expected));
  });

  it('are each needed by a step', () => {
    const steps = kafkaSteps({ admin, allowed: null as never, publish }, ALLOWED);
    const needed = new Set(steps.flatMap(({ needs }) => Object.keys(needs)));
    expect([...needed].sort()).toEqual(MISSING.filter((missing) => missing !== 'nothing').sort());
    expect(steps.length * MISSING.length).toBe(72);
  });

  describe('allow nothing else', () => {
    const { name, sourceTopic } = ALLOWED;
    const others = ['-b.raw', '-readings.enriched', '.notes'].map((suffix) => `${name}${suffix}`);
    const own = ownRawTopic(name);
    let asWorker: Admin;
    beforeAll(async () => {
      asWorker = worker.admin();
      await asWorker.connect();
      await admin.createTopics({ topics: others.map((topic) => ({ topic, numPartitions: 1 })) });
    });
    afterAll(async () => {
      await asWorker.disconnect();
    });

    async function send(topic: string): Promise<void> {
      const producer = worker.producer({ retry: { retries: 0 } });
      await producer.connect();
      try {
        await producer.send({ topic, messages: [{ value: '{}' }] });
      } finally {
        await producer.disconnect();
      }
    }

    /** Joins a group and waits for its first fetch. */
    async function consume(topic: string, groupId: string): Promise<void> {
      const consumer = worker.consumer({
        groupId,
        retry: { retries: 0, restartOnFailure: () => Promise.resolve(false) },
      });
      const { FETCH, CRASH } = consumer.events;
      const crashed = new Promise<void>((resolve, reject) => {
        consumer.on(FETCH, () => {
          resolve();
        });
        consumer.on(CRASH, ({ payload }) => {
          reject(payload.error);
        });
      });
      crashed.catch(() => undefined);
      try {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
        await crashed;
      } finally {
        await consumer.disconnect();
      }
    }

    const config = [{ name: 'retention.ms', value: '1' }];
    const resource = { type: ConfigResourceTypes.TOPIC, name: own, configEntries: config };
    const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
      ...Object.fromEntries(
        others.flatMap((topic): [string, () => Promise<unknown>][] => [
          [`publish to ${topic}`, () => send(topic)],
          [`ask for the offsets of ${topic}`, () => asWorker.fetchTopicOffsets(topic)],
          [`read ${topic}`, () => consume(topic, `pipeline-read/${own}/test`)],
          [`create ${topic}.new`, () => asWorker.createTopics({ topics: [{ topic: `${topic}.new` }] })],
        ]),
      ),
      [`publish to ${sourceTopic}`]: () => send(sourceTopic),
      'join a group of another pipeline': () => consume(own, `pipeline-read/${name}-b.raw/test`),
      'join the mirror of another pipeline': () => consume(own, `pipeline.${name}-b.readings`),
      'delete a topic of its own': () => asWorker.deleteTopics({ topics: [own] }),
      'delete records of its own': () =>
        asWorker.deleteTopicRecords({ topic: own, partitions: [{ partition: 0, offset: '-1' }] }),
      'change the settings of a topic of its own': () =>
        asWorker.alterConfigs({ validateOnly: false, resources: [resource] }),
      'add partitions to a topic of its own': () =>
        asWorker.createPartitions({ topicPartitions: [{ topic: own, count: 9 }] }),
      'delete a group of its own': () => asWorker.deleteGroups([`pipeline.${name}.readings`]),
      'read ACLs': () =>
        asWorker.describeAcls({
          resourceType: AclResourceTypes.ANY,
          resourcePatternType: ResourcePatternTypes.ANY,
          operation: AclOperationTypes.ANY,
          permissionType: AclPermissionTypes.ANY,
        }),
      'grant itself a right': () =>
        asWorker.createAcls({
          acl: [
            {
              principal: 'User:worker',
              host: '*',
              permissionType: AclPermissionTypes.ALLOW,
              operation: AclOperationTypes.ALL,
              resourceType: AclResourceTypes.TOPIC,
              resourceName: others[0] ?? '',
              resourcePatternType: ResourcePatternTypes.LITERAL,
            },
          ],
        }),
    };

    it.each(Object.keys(attempts))('refused: %s', async (attempt) => {
      await expect(attempts[attempt]?.()).rejects.toThrow();
    });

    it('lists no topic of others but the source', async () => {
      const mine = new Set((await asWorker.listTopics()).filter((topic) => topic.startsWith(name)));
      expect([...mine].sort()).toEqual([own, ...Object.values(derivedTopics(name)), sourceTopic].sort());
    });
  });
});
