import type { Admin } from 'kafkajs';
import { aliasesOf, derivedTopics, ownRawTopic, readGroupPrefix } from '../../../activities/contracts/pipeline-names';
import type { KafkaGateway, KafkaRight } from '../../../activities/kafka';
import { type PipelineRights, workerKafkaRights } from '../../../workers/rights/pipeline-rights';

/** One kind of the rights of a worker, by the topics and groups that they are for. */
export type KafkaRightName =
  | 'Create on own topics'
  | 'DescribeConfigs on own topics'
  | 'Read on own topics'
  | 'Write on own topics'
  | 'Read on the source topic'
  | 'Read on groups that read'
  | 'Read on groups that mirror';

/** A right without several operations. */
type SingleRight = Omit<KafkaRight, 'operations'> & { readonly operation: KafkaRight['operations'][number] };

/** What a worker does in Kafka, for one pipeline that reads a topic of others beside its own. */
export interface KafkaStep {
  readonly name: string;
  /** By each right without which it fails, what its message says then; without any other right it succeeds. */
  readonly needs: Readonly<Partial<Record<KafkaRightName, string>>>;
  readonly run: (kafka: KafkaGateway) => Promise<unknown>;
}

/** All rights of a pipeline, one by one: those with a raw topic of its own, and those with a topic of others. */
export function singleRights({ name, sourceTopic = '' }: PipelineRights): SingleRight[] {
  const all = [...workerKafkaRights({ name }), ...workerKafkaRights({ name, sourceTopic })];
  const single = all.flatMap(({ operations, ...right }) => operations.map((operation) => ({ ...right, operation })));
  return [...new Map(single.map((right) => [JSON.stringify(right), right])).values()];
}

export function rightName({ resource, name, operation }: SingleRight, { sourceTopic }: PipelineRights): KafkaRightName {
  if (resource === 'group')
    return name.startsWith('pipeline-read/') ? 'Read on groups that read' : 'Read on groups that mirror';
  if (name === sourceTopic) return 'Read on the source topic';
  const names = { CREATE: 'Create', DESCRIBE_CONFIGS: 'DescribeConfigs', READ: 'Read', WRITE: 'Write' } as const;
  return `${names[operation as keyof typeof names]} on own topics`;
}

/** What does all that is missing before a step. */
export interface AllowedKafka {
  readonly admin: Admin;
  readonly allowed: KafkaGateway;
  /** Publishes one record. */
  readonly publish: (topic: string) => Promise<void>;
}

/** In this order; what a worker could not do before is done for it. */
export function kafkaSteps(
  { admin, allowed, publish }: AllowedKafka,
  { name, sourceTopic = '' }: PipelineRights,
): readonly KafkaStep[] {
  const raw = ownRawTopic(name);
  const own = [raw, ...Object.values(derivedTopics(name))];
  const specs = own.map((topic) => ({ topic, partitions: 1, maxMessageBytes: 1_000_000 }));
  const record = { key: null, value: '{}', headers: {} };
  const readFirst = async (kafka: KafkaGateway, topic: string): Promise<void> => {
    let records = 0;
    await kafka.readRange({ topic, partition: 0, from: '0', to: '1' }, (batch) => {
      records += batch.length;
    });
    if (records !== 1) throw new Error(`expected one record, got ${records}`);
  };
  const { readings: group } = aliasesOf(name);
  return [
    {
      name: 'prepares the topics of a new pipeline',
      needs: { 'Create on own topics': `the ACL Create on topics ${own.join(', ')}` },
      run: (kafka) => kafka.prepareTopics(specs),
    },
    {
      name: 'prepares them again',
      needs: { 'DescribeConfigs on own topics': `the ACL DescribeConfigs on topics ${own.join(', ')}` },
      run: async (kafka) => {
        await allowed.prepareTopics(specs);
        await kafka.prepareTopics(specs);
      },
    },
    { name: 'asks for offsets', needs: {}, run: (kafka) => kafka.offsets(raw) },
    { name: 'asks for offsets by time', needs: {}, run: (kafka) => kafka.offsetsAt(raw, 0) },
    {
      name: 'publishes records',
      needs: { 'Write on own topics': `the ACL Write on topic ${raw}` },
      run: (kafka) => kafka.publish(raw, [record]),
    },
    {
      name: 'reads records',
      needs: {
        'Read on own topics': `the ACL Read on topic ${derivedTopics(name).enriched}`,
        'Read on groups that read': `the ACL Read on group ${readGroupPrefix(derivedTopics(name).enriched)}`,
      },
      run: async (kafka) => {
        await publish(derivedTopics(name).enriched);
        await readFirst(kafka, derivedTopics(name).enriched);
      },
    },
    {
      name: 'mirrors a checkpoint',
      // It is best effort and never rejects, so the test asks for what is committed.
      needs: { 'Read on own topics': 'not committed', 'Read on groups that mirror': 'not committed' },
      run: async (kafka) => {
        const topic = derivedTopics(name).enriched;
        await kafka.mirrorOffsets(group, topic, { 0: '1' });
        const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
        if (committed?.partitions[0]?.offset !== '1') throw new Error('not committed');
      },
    },
    {
      name: 'asks for the offsets of a topic of others',
      needs: { 'Read on the source topic': `an ACL on topic ${sourceTopic}: Read, Write or Describe` },
      run: (kafka) => kafka.offsets(sourceTopic),
    },
    {
      name: 'reads a topic of others',
      needs: {
        'Read on the source topic': `an ACL on topic ${sourceTopic}: Read, Write or Describe`,
        'Read on groups that read': `the ACL Read on group ${readGroupPrefix(sourceTopic)}`,
      },
      run: (kafka) => readFirst(kafka, sourceTopic),
    },
  ];
}
