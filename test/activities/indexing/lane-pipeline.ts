import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { ActivityDependencies } from '../../../activities';
import type { IndexLaneResult } from '../../../activities/indexing/lane';
import type { KafkaGateway, OutgoingRecord } from '../../../activities/kafka';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { indexLane, type LaneTarget } from '../../support/index-lane';

interface Servers {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
}

/** Topics and indices of a pipeline of its own, and the activity that indexes its readings. */
export class LanePipeline {
  readonly name = `lane-${randomUUID()}`;
  readonly topic = `${this.name}.enriched`;
  readonly deadLetterTopic = `${this.name}.dead-letter`;
  readonly alias = aliasesOf(this.name).readings;
  readonly windowsAlias = aliasesOf(this.name).windows;

  private constructor(private readonly servers: Servers) {}

  static async create(servers: Servers, partitions = 1): Promise<LanePipeline> {
    const pipeline = new LanePipeline(servers);
    const { topic, deadLetterTopic } = pipeline;
    await servers.kafka.prepareTopics(
      [topic, deadLetterTopic].map((each) => ({ topic: each, partitions, maxMessageBytes: 4_194_352 })),
    );
    const aliases = aliasesOf(pipeline.name);
    await prepareIndices(servers.elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
    return pipeline;
  }

  /** Indexes a lane, and returns its result with the position of its first partition. */
  async index(
    change: Partial<LaneTarget> = {},
    environment = new MockActivityEnvironment(),
    instead: Partial<ActivityDependencies> = {},
  ): Promise<IndexLaneResult & { readonly next: string | undefined }> {
    const { topic, deadLetterTopic, alias } = this;
    const servers = { ...this.servers, ...instead };
    const result = await indexLane(servers, { topic, deadLetterTopic, alias, ...change }, environment);
    return { ...result, next: result.positions['0']?.next };
  }

  /** Number of readings that a search finds. */
  async count(): Promise<number> {
    const { elasticsearch } = this.servers;
    await elasticsearch.indices.refresh({ index: this.alias });
    return (await elasticsearch.count({ index: this.alias })).count;
  }
}

export function reading(n: number, value: object = { temperature: n % 40 }): OutgoingRecord {
  return {
    key: 'd',
    value: JSON.stringify({ id: `e${n}`, deviceId: 'd', timestamp: '2026-01-01T00:00:00Z', ...value }),
    headers: { 'event-id': `e${n}`, 'pipeline-run': 'r1', 'pipeline-raw': `0:${n}:1700000000000` },
  };
}
