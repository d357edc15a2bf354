import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel, type EachBatchPayload, type KafkaMessage } from 'kafkajs';

/** A topic and the alias through which its records are indexed. */
export interface WrittenTopic {
  readonly topic: string;
  readonly alias: string;
}

/** An external sink writer: a consumer group of its own, one bulk request per batch, no code of the pipeline. */
export class ExternalWriter {
  private constructor(
    private readonly stopConsumer: () => Promise<void>,
    private readonly elasticsearch: Client,
  ) {}

  static async start(
    {
      brokers,
      node,
      pipeline,
    }: { readonly brokers: readonly string[]; readonly node: string; readonly pipeline: string },
    topics: readonly WrittenTopic[],
  ): Promise<ExternalWriter> {
    const elasticsearch = new Client({ node });
    const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
      groupId: randomUUID(),
    });
    await consumer.connect();
    await consumer.subscribe({ topics: topics.map(({ topic }) => topic), fromBeginning: true });
    const aliases = new Map(topics.map(({ topic, alias }) => [topic, alias]));
    await consumer.run({
      eachBatch: async ({ batch: { topic, messages, partition } }: EachBatchPayload) => {
        const index = aliases.get(topic) ?? '';
        const operations = messages.flatMap((message) => bulkItem(message, { index, pipeline, partition }));
        if (operations.length === 0) return;
        const { items } = await elasticsearch.bulk({ operations });
        // A version conflict is expected for an older version of a window.
        const failed = items.filter(({ index: item }) => item?.error !== undefined && item.status !== 409);
        if (failed.length > 0) throw new Error(JSON.stringify(failed[0]));
      },
    });
    return new ExternalWriter(() => consumer.disconnect(), elasticsearch);
  }

  async stop(): Promise<void> {
    await this.stopConsumer();
    await this.elasticsearch.close();
  }
}

function bulkItem(
  { value, headers, offset, timestamp }: KafkaMessage,
  { index, pipeline, partition }: { readonly index: string; readonly pipeline: string; readonly partition: number },
): (object | string)[] {
  const text = (name: string): string | undefined => headers?.[name]?.toString();
  const version = text('pipeline-version');
  // As text, since a number cannot hold it.
  const versioned = version === undefined ? '' : `,"version":${version},"version_type":"external_gte"`;
  const provenance = {
    pipeline,
    run: text('pipeline-run'),
    partition,
    offset,
    processedAt: Number(timestamp),
    indexedAt: Date.now(),
  };
  // In its raw record no measurement has a value.
  if (value === null) return [];
  return [
    `{"index":{"_index":"${index}","_id":${JSON.stringify(text('event-id'))}${versioned}}}`,
    { ...(JSON.parse(String(value)) as object), provenance },
  ];
}
