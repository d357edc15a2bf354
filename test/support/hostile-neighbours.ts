/**
 * What others have on the servers of the suites from the start. Whatever a pipeline does, it must neither mind nor
 * change any of this; nothing here is in the way of what a suite makes under a name of its own.
 *
 * @module
 */
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Kafka, logLevel, type ITopicConfig } from 'kafkajs';
import type { Addresses } from '../../workers/addresses';

/** Has every request refused that reads the metadata of all indices. */
export const METADATA_BLOCKED = 'neighbour-readings';
/** Has every request refused that searches all indices. */
const READ_BLOCKED = 'neighbour-unreadable';
export const CLOSED = 'neighbour-closed-readings';
export const DATA_STREAM = 'neighbour-stream-readings';
/** Every index has it that is made without a template of its own. */
export const ALIAS_OF_ALL = 'neighbour-everything';

const LONGEST_TOPIC_NAME = 249;

const TOPICS: readonly ITopicConfig[] = [
  { topic: 'Neighbour.Upper_Case.and-more.enriched' },
  { topic: '_neighbour.dead-letter' },
  { topic: 'neighbour-'.padEnd(LONGEST_TOPIC_NAME, 'x'), numPartitions: 2 },
  { topic: 'neighbour.compacted', configEntries: [{ name: 'cleanup.policy', value: 'compact' }] },
  { topic: 'neighbour.tiny', configEntries: [{ name: 'max.message.bytes', value: '100' }] },
  { topic: 'neighbour.brief', configEntries: [{ name: 'retention.ms', value: '1000' }] },
];

/** A careless query by the beginning of an id finds them among ours. */
const WORKFLOW_IDS = [
  'pipeline/neighbour',
  'pipeline/neighbour/spark',
  'pipeline-neighbour',
  'reconcile/neighbour/1',
  'retention/neighbour',
];

export async function bringHostileNeighbours(addresses: Addresses): Promise<void> {
  await Promise.all([
    bringIndices(addresses.elasticsearchNode),
    bringTopics(addresses.kafkaBrokers),
    bringWorkflows(addresses.temporal),
  ]);
}

async function bringIndices(node: string): Promise<void> {
  const elasticsearch = new ElasticsearchClient({ node, maxRetries: 0 });
  const { indices } = elasticsearch;
  await indices.putIndexTemplate({
    name: 'neighbour-everything',
    index_patterns: '*',
    priority: 0,
    template: { aliases: { [ALIAS_OF_ALL]: {} } },
  });
  await indices.putIndexTemplate({ name: DATA_STREAM, index_patterns: DATA_STREAM, priority: 1, data_stream: {} });
  // A distribution without the API of data streams makes one for the first document.
  const document = { '@timestamp': '2026-01-01T00:00:00Z' };
  const { errors } = await elasticsearch.bulk({ index: DATA_STREAM, operations: [{ create: {} }, document] });
  if (errors) throw new Error(`expected ${DATA_STREAM} to take a document`);

  for (const index of [METADATA_BLOCKED, READ_BLOCKED, CLOSED]) await indices.create({ index });
  const text = { type: 'text' } as const;
  const properties = { deviceId: text, timestamp: text, windowStart: text, startedAt: text, reason: text };
  for (const kind of ['readings', 'windows', 'dead-letters', 'runs']) {
    await indices.create({ index: `meter-${kind}`, mappings: { properties } });
  }
  await indices.putSettings({ index: METADATA_BLOCKED, settings: { 'index.blocks.metadata': true } });
  await indices.putSettings({ index: READ_BLOCKED, settings: { 'index.blocks.read': true } });
  await indices.close({ index: CLOSED });
  await elasticsearch.close();
}

async function bringTopics(brokers: readonly string[]): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'neighbour', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [...TOPICS] });
  await admin.disconnect();
}

/** Nobody ever works on them. */
async function bringWorkflows(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const { workflow } = new TemporalClient({ connection });
  for (const workflowId of WORKFLOW_IDS) {
    await workflow.start('neighbour', { workflowId, taskQueue: 'neighbour' });
  }
  await workflow.getHandle('retention/neighbour').terminate();
  await connection.close();
}
