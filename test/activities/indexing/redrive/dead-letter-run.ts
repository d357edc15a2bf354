import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../../../../activities/contracts/pipeline-names';
import { deadLetterRecord, type DeadLetterDraft } from '../../../../activities/contracts/dead-letter';
import { DEFAULT_MEASUREMENTS } from '../../../../activities/contracts/measurement';

import type { IndexLaneResult } from '../../../../activities/indexing/lane';
import type { DeadLetterCounts } from '../../../../activities/indexing/redrive/redrive-batch';
import type { RedriveSliceInput, SliceCounts } from '../../../../activities/indexing/redrive/redrive-slice';
import {
  createKafkaGateway,
  type IncomingRecord,
  type KafkaGateway,
  type OutgoingRecord,
} from '../../../../activities/kafka';
import { prepareIndices } from '../../../../activities/preparation/prepare-indices';
import { planRedrive } from '../../../../activities/preparation/plan-redrive';
import { stackAddresses } from '../../../support/stack';
import { activityEnvironment } from '../../sources/activity-environment';
import type { Activities } from '../../../../activities';
import { activitiesWith } from '../../../support/activities';
import { indexLane } from '../../../support/index-lane';

type Environment = ReturnType<typeof activityEnvironment>;

/** A pipeline's topics and indices, of one partition each, and the two activities that work on its dead letters. */
export class DeadLetterRun {
  readonly run = 'r1';
  /** Of the worker; null: it has none. */
  protectKeyFile: string | null = null;

  private constructor(
    readonly name: string,
    readonly kafka: KafkaGateway,
    readonly elasticsearch: Client,
  ) {}

  static async open(): Promise<DeadLetterRun> {
    const { kafkaBrokers, elasticsearchNode } = stackAddresses();
    const kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'redrive-test' });
    const elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
    const opened = new DeadLetterRun(`redrive-${randomUUID().slice(0, 8)}`, kafka, elasticsearch);
    await opened.prepare();
    return opened;
  }

  topic(what: 'raw' | 'enriched' | 'windows' | 'dead-letter'): string {
    return `${this.name}.${what}`;
  }

  alias(what: 'readings' | 'windows' | 'dead-letters'): string {
    return `pipeline.${this.name}.${what}`;
  }

  async close(): Promise<void> {
    await this.kafka.close();
    await this.elasticsearch.close();
  }

  deadLetter(draft: Partial<DeadLetterDraft> & Pick<DeadLetterDraft, 'id' | 'original'>): OutgoingRecord {
    const place = { topic: this.topic('raw'), partition: 0, offset: '7', publishedAt: 1_700_000_000_000 };
    return deadLetterRecord({ stage: 'parse', reason: 'FromTheFuture', ...place, key: 'd', run: this.run, ...draft });
  }

  enriched(id: string, more: object): OutgoingRecord {
    const value = { id, deviceId: 'd', timestamp: '2026-01-01T00:00:00.000000Z', temperature: 21.5, ...more };
    return {
      key: 'd',
      value: JSON.stringify(value),
      headers: { 'event-id': id, 'pipeline-run': this.run, 'pipeline-raw': '0:17:1700000000000' },
    };
  }

  /** Indexes what a topic holds, as `indexTopic` does. */
  async index(what: 'enriched' | 'windows' | 'dead-letter', alias: string): Promise<IndexLaneResult> {
    const topic = this.topic(what);
    const deadLetterTopic = what === 'dead-letter' ? null : this.topic('dead-letter');
    return await indexLane(this, { topic, alias, deadLetterTopic }, activityEnvironment());
  }

  async indexDeadLetters(): Promise<IndexLaneResult> {
    return await this.index('dead-letter', this.alias('dead-letters'));
  }

  /** One slice over all that the dead-letter topic holds. */
  async redrive(
    {
      isOpen = true,
      ...input
    }: {
      readonly isOpen?: boolean;
      readonly dryRun?: boolean;
      readonly stage?: 'parse' | 'index';
      readonly reasons?: readonly string[];
    },
    environment: Environment = activityEnvironment(),
    crash: (point: string) => void = () => undefined,
  ): Promise<SliceCounts> {
    const plan = await planRedrive(this.kafka, () => Promise.resolve(isOpen), 'io', {
      input: { dryRun: false, ...input, name: this.name },
    });
    const slice: RedriveSliceInput = { ...plan, partition: 0, from: plan.from['0'] ?? '', to: plan.to['0'] ?? '' };
    const result: unknown = await environment.run(() => this.#activities(crash).redriveSlice(slice));
    return result as SliceCounts;
  }

  async read(what: 'raw' | 'dead-letter'): Promise<readonly IncomingRecord[]> {
    const topic = this.topic(what);
    const { start, end } = await this.kafka.offsets(topic);
    const read: IncomingRecord[] = [];
    const range = { topic, partition: 0, from: start['0'] ?? '0', to: end['0'] ?? '0' };
    await this.kafka.readRange(range, (records) => {
      read.push(...records);
    });
    return read;
  }

  async document(what: 'readings' | 'windows' | 'dead-letters', id: string): Promise<Document | null> {
    const { docs } = await this.elasticsearch.mget<Document>({ index: this.alias(what), ids: [id] });
    const [found] = docs;
    return found !== undefined && 'found' in found && found.found ? (found._source ?? null) : null;
  }

  /** Ids of the dead letters that a search for unresolved ones finds. */
  async unresolved(): Promise<readonly string[]> {
    const index = this.alias('dead-letters');
    await this.elasticsearch.indices.refresh({ index });
    const { hits } = await this.elasticsearch.search({ index, q: 'NOT provenance.resolvedAt:*', size: 1_000 });
    return hits.hits.map(({ _id = '' }) => _id).sort();
  }

  /** Ends of all topics and versions of all documents: equal where nothing was changed. */
  async everything(): Promise<unknown> {
    const topics = ['raw', 'enriched', 'windows', 'dead-letter'] as const;
    const ends = await Promise.all(topics.map((what) => this.kafka.offsets(this.topic(what))));
    const index = (['readings', 'windows', 'dead-letters'] as const).map((what) => this.alias(what));
    await this.elasticsearch.indices.refresh({ index });
    const { hits } = await this.elasticsearch.search({ index, size: 1_000, seq_no_primary_term: true });
    const documents = hits.hits.map(({ _index, _id, _seq_no, _source }) => [_index, _id, _seq_no, _source]);
    return { ends, documents: documents.map((each) => JSON.stringify(each)).sort() };
  }

  /** Corrects the mapping of readings: a record that was rejected for a field of that name is accepted from now on. */
  async addField(field: string): Promise<void> {
    await this.elasticsearch.indices.putMapping({
      index: this.alias('readings'),
      properties: { [field]: { type: 'keyword' } },
    });
  }

  private async prepare(): Promise<void> {
    const topics = ['raw', 'enriched', 'windows', 'dead-letter'] as const;
    await this.kafka.prepareTopics(
      topics.map((what) => ({ topic: this.topic(what), partitions: 1, maxMessageBytes: 4_194_352 })),
    );
    await prepareIndices(this.elasticsearch, { aliases: aliasesOf(this.name), measurements: DEFAULT_MEASUREMENTS });
  }

  #activities(crash: (point: string) => void = () => undefined): Activities {
    const { kafka, elasticsearch, protectKeyFile } = this;
    return activitiesWith({ kafka, elasticsearch, protectKeyFile, crash });
  }
}

export type Document = Readonly<Record<string, unknown>> & { readonly provenance: Readonly<Record<string, unknown>> };

export function only(reason: string, counts: DeadLetterCounts): SliceCounts {
  return { byReason: { [reason]: counts }, unindexed: 0 };
}
