/**
 * Indices, topics and workflows of other users, created on the shared servers before any suite runs. A pipeline must work
 * beside them and must not change them; none of them blocks what a suite creates under a name of its own.
 *
 * @module
 */
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Kafka, logLevel, type ITopicConfig } from 'kafkajs';
import type { Addresses } from '../../workers/config';

/** Makes every request fail that reads the metadata of all indices. */
export const METADATA_BLOCKED = 'neighbour-readings';
/** Makes every request fail that searches all indices. */
const READ_BLOCKED = 'neighbour-unreadable';
export const CLOSED = 'neighbour-closed-readings';
export const DATA_STREAM = 'neighbour-stream-readings';
/** Alias of every index that is created without a template of its own. */
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

/** A careless query by id prefix finds these among our own. */
const WORKFLOW_IDS = [
  'pipeline/neighbour',
  'pipeline/neighbour/spark',
  'pipeline-neighbour',
  'reconcile/neighbour/1',
  'retention/neighbour',
];

export async function createForeignResources(addresses: Addresses): Promise<void> {
  await Promise.all([
    createIndices(addresses.elasticsearchNode),
    createTopics(addresses.kafkaBrokers),
    startWorkflows(addresses.temporal),
  ]);
}

async function createIndices(node: string): Promise<void> {
  const elasticsearch = new ElasticsearchClient({ node, maxRetries: 0 });
  const { indices } = elasticsearch;
  await indices.putIndexTemplate({
    name: 'neighbour-everything',
    index_patterns: '*',
    priority: 0,
    template: { aliases: { [ALIAS_OF_ALL]: {} } },
  });
  await indices.putIndexTemplate({ name: DATA_STREAM, index_patterns: DATA_STREAM, priority: 1, data_stream: {} });
  // Created by its first document: not every distribution has the data stream API.
  const document = { '@timestamp': '2026-01-01T00:00:00Z' };
  const { errors } = await elasticsearch.bulk({ index: DATA_STREAM, operations: [{ create: {} }, document] });
  if (errors) throw new Error(`expected ${DATA_STREAM} to accept a document`);

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

async function createTopics(brokers: readonly string[]): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'neighbour', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [...TOPICS] });
  await admin.disconnect();
}

/** No worker polls their task queue. */
async function startWorkflows(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const { workflow } = new TemporalClient({ connection });
  for (const workflowId of WORKFLOW_IDS) {
    await workflow.start('neighbour', { workflowId, taskQueue: 'neighbour' });
  }
  await workflow.getHandle('retention/neighbour').terminate();
  await connection.close();
}
