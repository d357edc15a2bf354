/**
 * The indexers that are compared, each in a process of its own: `tsx contenders.ts NAME PLACE`. It prints `ready` when it is
 * loaded, starts at a line on stdin, and prints `done` when all documents are acknowledged.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import { Kafka, logLevel, type EachBatchPayload, type KafkaMessage } from 'kafkajs';
import { createKafkaGateway } from '../../../activities/kafka';
import { indexLane } from '../../support/index-lane';

/** The topic to read and the alias to write to. */
export interface Place {
  readonly brokers: readonly string[];
  readonly elasticsearch: string;
  readonly topic: string;
  readonly alias: string;
  readonly documents: number;
}

type Contender = (place: Place) => Promise<void>;

const CONTENDERS: Readonly<Record<string, Contender>> = {
  /** The usual first version: parses each record and uses the client's bulk helper. */
  naive: async (place) => {
    const client = new Client({ node: place.elasticsearch });
    await consume(place, async ({ batch }) => {
      await client.helpers.bulk<{ id: string }>({
        datasource: batch.messages.map((message) => ({
          provenance: provenanceOf(batch.partition, message),
          ...(JSON.parse(String(message.value)) as { id: string }),
        })),
        onDocument: ({ id }) => ({ index: { _index: place.alias, _id: id } }),
      });
    });
    await client.close();
  },
  /** The minimum of work: inserts strings into the records and does not check the bulk response. */
  splice: async (place) => {
    const client = new Client({ node: place.elasticsearch, Connection: HttpConnection });
    await consume(place, async ({ batch }) => {
      const lines = batch.messages.map((message) => {
        const id = String(message.headers?.['event-id']);
        const provenance = JSON.stringify(provenanceOf(batch.partition, message));
        return `{"index":{"_id":"${id}"}}\n{"provenance":${provenance},${String(message.value).slice(1)}\n`;
      });
      await client.transport.request({
        method: 'POST',
        path: `/${place.alias}/_bulk`,
        querystring: { filter_path: 'errors' },
        bulkBody: lines.join(''),
      });
    });
    await client.close();
  },
  /** This project's activity, without a workflow. */
  'ours alone': async ({ brokers, elasticsearch: node, topic, alias }) => {
    const kafka = createKafkaGateway({ brokers, clientId: 'bench' });
    const elasticsearch = new Client({ node, Connection: HttpConnection, maxRetries: 0 });
    await indexLane({ kafka, elasticsearch }, { topic, alias, maxMs: 3_600_000 });
    await kafka.close();
    await elasticsearch.close();
  },
};

/** The same for all contenders, so that Elasticsearch does the same work for each. */
function provenanceOf(partition: number, { offset, timestamp, headers }: KafkaMessage): object {
  const [, , publishedAt] = String(headers?.['pipeline-raw']).split(':');
  const run = String(headers?.['pipeline-run']);
  return {
    run,
    partition,
    offset,
    publishedAt: Number(publishedAt),
    processedAt: Number(timestamp),
    indexedAt: Date.now(),
  };
}

/** Passes every batch of the topic to `eachBatch` once. */
async function consume(
  { brokers, topic, documents }: Place,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let left = documents;
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      // A broker that has just started may still be loading its consumer groups.
      if (!restart) reject(error);
    });
    consumer
      .run({
        autoCommit: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: async (payload) => {
          await eachBatch(payload);
          left -= payload.batch.messages.length;
          if (left <= 0) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
}

async function main([name = '', place = '']: readonly string[]): Promise<void> {
  const contender = CONTENDERS[name];
  if (contender === undefined) throw new Error(`expected one of ${Object.keys(CONTENDERS).join(', ')}, got ${name}`);
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  await contender(JSON.parse(place) as Place);
  process.stdout.write('done\n');
  // Keeps running until its memory is measured.
  await once(process.stdin, 'data');
  process.exit(0);
}

void main(process.argv.slice(2));
