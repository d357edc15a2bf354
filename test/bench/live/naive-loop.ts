/**
 * What people write first, as a process of its own: `tsx naive-loop.ts SETTINGS`. It publishes simulated readings, reads them
 * with KafkaJS, maps them and indexes them with the client's bulk helper. It prints `ready` when it has joined its group, and
 * runs until it is killed.
 *
 * @module
 */
import { Client, HttpConnection } from '@elastic/elasticsearch';
import { Kafka, logLevel, Partitioners, type EachBatchPayload, type KafkaMessage } from 'kafkajs';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import type { PlannedSimulation } from '../../../activities/contracts/plan';
import { simulatedId } from '../../../activities/contracts/planned-ids';
import { EVENT_ID_HEADER } from '../../../activities/contracts/record';
import { ReadingSimulator } from '../../../activities/sources/simulation/simulate-reading';

export interface NaiveLoopSettings {
  readonly broker: string;
  readonly elasticsearch: string;
  readonly topic: string;
  readonly alias: string;
  readonly ratePerSecond: number;
}

const RUN = 'naive';
const DEVICES = 50;
const PUBLISH_EVERY_MS = 200;

async function main(settings: NaiveLoopSettings): Promise<void> {
  const kafka = new Kafka({ brokers: [settings.broker], logLevel: logLevel.NOTHING });
  const elasticsearch = new Client({ node: settings.elasticsearch, Connection: HttpConnection });
  const consumer = kafka.consumer({ groupId: RUN });
  await consumer.connect();
  await consumer.subscribe({ topic: settings.topic, fromBeginning: true });
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      resolve();
    });
  });
  await consumer.run({ eachBatch: (payload) => indexBatch(elasticsearch, settings.alias, payload) });
  await joined;
  process.stdout.write('ready\n');
  await publishForever(kafka, settings);
}

async function indexBatch(elasticsearch: Client, alias: string, { batch }: EachBatchPayload): Promise<void> {
  const documents = batch.messages.flatMap((message) => documentOf(batch.partition, message));
  await elasticsearch.helpers.bulk({
    datasource: documents,
    onDocument: ({ id }) => ({ index: { _index: alias, _id: id } }),
  });
}

interface NaiveDocument extends Readonly<Record<string, unknown>> {
  readonly id: string;
}

/** None for a record that is not JSON. */
function documentOf(partition: number, { value, headers, timestamp, offset }: KafkaMessage): NaiveDocument[] {
  try {
    const { place, ...fields } = JSON.parse(String(value)) as Record<string, unknown>;
    const publishedAt = Number(timestamp);
    const provenance = { run: RUN, partition, offset, publishedAt, processedAt: publishedAt, indexedAt: Date.now() };
    return [{ id: String(headers?.[EVENT_ID_HEADER]), ...fields, labels: { place }, provenance }];
  } catch {
    return [];
  }
}

async function publishForever(kafka: Kafka, { topic, ratePerSecond }: NaiveLoopSettings): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const intervalMs = (DEVICES / ratePerSecond) * 1_000;
  const simulation: PlannedSimulation = {
    ...({ kind: 'simulate', records: null, ratePerSecond, seed: 1, devices: DEVICES, intervalMs } as const),
    ...{ startAt: new Date().toISOString(), malformedRatio: 0, repeatRatio: 0, anomalyRatio: 0.002 },
  };
  const simulator = new ReadingSimulator(simulation, DEFAULT_MEASUREMENTS, true);
  const startedMs = Date.now();
  let next = 0;
  const publish = async (): Promise<void> => {
    const due = Math.floor(((Date.now() - startedMs) / 1_000) * ratePerSecond);
    const records = simulator.records(next, due);
    next = due;
    const messages = records.map(({ sequence, device, payload }) => ({
      key: device,
      value: payload,
      headers: { [EVENT_ID_HEADER]: simulatedId(RUN, sequence, DEVICES) },
    }));
    await producer.send({ topic, messages });
  };
  for (;;) {
    await new Promise((resolve) =>
      setTimeout(resolve, PUBLISH_EVERY_MS - ((Date.now() - startedMs) % PUBLISH_EVERY_MS)),
    );
    await publish();
  }
}

main(JSON.parse(process.argv[2] ?? '') as NaiveLoopSettings).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
