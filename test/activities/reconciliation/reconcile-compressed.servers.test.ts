import { Kafka, logLevel } from 'kafkajs';
import type { KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';
import { openProof, type Proof } from './proof';
import { FOREIGN, MALFORMED } from './written-run';

const READINGS = 60;
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'];

/** Creates each topic of a run with a codec of its own, which the broker applies. */
const prepareTopics: KafkaGateway['prepareTopics'] = async (specs) => {
  const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = specs.map(({ topic, partitions }, place) => ({
    ...{ topic, numPartitions: partitions },
    configEntries: [{ name: 'compression.type', value: CODECS[place] ?? 'none' }],
  }));
  expect(topics).toHaveLength(CODECS.length);
  await admin.createTopics({ topics, waitForLeaders: true });
  await admin.disconnect();
};

let proof: Proof;
beforeAll(async () => {
  proof = await openProof(READINGS, (kafka) => ({ ...kafka, prepareTopics }));
});
afterAll(async () => {
  await proof.close();
});

describe('reconcileRun, over topics that are compressed with gzip, snappy, lz4 and zstd', () => {
  it('finds all of a run', async () => {
    const published = READINGS - 1;
    expect(await proof.reconcile()).toMatchObject({
      ...{ reconciled: true, planned: READINGS, published, enriched: published - MALFORMED.length, foreign: FOREIGN },
      ...{ deadLetters: MALFORMED.length + 2, windowedReadings: published - MALFORMED.length, discrepancies: {} },
    });
  });
});
