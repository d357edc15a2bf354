import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EVENT_ID_HEADER,
  MAX_DERIVED_MESSAGE_BYTES,
  ROW_HEADER,
  type DeadLetter,
} from '../../../activities/contracts/record';
import { simulatedId } from '../../../activities/contracts/planned-ids';
import { createKafkaGateway, type IncomingRecord, type KafkaGateway } from '../../../activities/kafka';
import type { FileFacts } from '../../../activities/sources/file/file-identity';
import type { FilePublishResult } from '../../../activities/sources/publish-file-range';
import type { PublishResult } from '../../../activities/sources/publish-simulated-range';
import { stackAddresses } from '../../support/stack';
import { activityEnvironment } from './activity-environment';
import { sourcePlan } from './source-plan';
import { activitiesWith, NO_EARLIER_RUNS } from '../../support/activities';

let kafka: KafkaGateway;
let folder: string;

beforeAll(async () => {
  kafka = createKafkaGateway({ brokers: stackAddresses().kafkaBrokers, clientId: 'sources-test' });
  folder = await mkdtemp(join(tmpdir(), 'sources-on-kafka-'));
});
afterAll(async () => {
  await kafka.close();
  await rm(folder, { recursive: true });
});

/** A plan with its own topics; the raw one accepts messages up to `maxMessageBytes`. */
async function preparedPlan(input: unknown, maxMessageBytes: number) {
  const plan = sourcePlan(input, { name: `sources-${randomUUID()}` });
  await kafka.prepareTopics([
    { topic: plan.topics.raw, partitions: 3, maxMessageBytes },
    { topic: plan.topics.deadLetter, partitions: 1, maxMessageBytes: MAX_DERIVED_MESSAGE_BYTES },
  ]);
  return plan;
}

async function recordsOf(topic: string): Promise<IncomingRecord[]> {
  const { start, end } = await kafka.offsets(topic);
  const records: IncomingRecord[] = [];
  for (const [partition, from] of Object.entries(start)) {
    await kafka.readRange({ topic, partition: Number(partition), from, to: end[partition] ?? from }, (batch) => {
      records.push(...batch.map((record) => ({ ...record, value: record.value && Buffer.from(record.value) })));
    });
  }
  return records;
}

function ids(records: readonly IncomingRecord[]): string[] {
  return records.map(({ headers }) => headers[EVENT_ID_HEADER]?.toString() ?? '');
}

describe('sources on Kafka', () => {
  const crash = (): void => undefined;

  it('publish every simulated record with its id to the partition of its device', async () => {
    const source = { kind: 'simulate', records: 3_000, malformedRatio: 0.05, repeatRatio: 0.05 };
    const plan = await preparedPlan({ source }, 1_048_588);
    const { publishSimulatedRange } = activitiesWith({ kafka, elasticsearch: NO_EARLIER_RUNS, crash });
    const result: PublishResult = await activityEnvironment().run(publishSimulatedRange, { plan, from: 0, to: 3_000 });

    const records = await recordsOf(plan.topics.raw);
    expect(records).toHaveLength(result.published);
    expect(result.published).toBeGreaterThan(3_000);
    expect([...new Set(ids(records))].sort()).toEqual(
      Array.from({ length: 3_000 }, (_, sequence) => simulatedId('run-1', sequence, 50)).sort(),
    );
    const places = new Set(records.map(({ key, partition }) => `${key?.toString() ?? ''} ${partition}`));
    expect(places.size).toBe(50);
  });

  it('create dead letters of exactly the rows that the topic rejects', async () => {
    const path = join(folder, 'data.csv');
    const rows = Array.from(
      { length: 200 },
      (_, row) => `S${row % 5},${row},1,${row % 70 === 6 ? 'x'.repeat(30_000) : 'y'}\n`,
    );
    await writeFile(path, `deviceId,timestamp,temperature,text\n${rows.join('')}`);
    const plan = await preparedPlan({ source: { kind: 'file', path, format: 'csv' } }, 20_000);
    const { inspectFile, publishFileRange } = activitiesWith({ kafka, elasticsearch: NO_EARLIER_RUNS, crash });
    const facts: FileFacts = await activityEnvironment().run(inspectFile, { plan });
    const range = { plan, facts, byteFrom: 0, rowFrom: 0, maxRecords: 1_000 };
    const result: FilePublishResult = await activityEnvironment().run(publishFileRange, range);

    expect(result).toMatchObject({ rowNext: 200, done: true, published: 197, deadLetters: 3 });
    const raw = new Set((await recordsOf(plan.topics.raw)).map(({ headers }) => String(headers[ROW_HEADER])));
    const deadLetters = (await recordsOf(plan.topics.deadLetter)).map(
      ({ value }) => JSON.parse(value?.toString() ?? '') as DeadLetter,
    );
    expect(deadLetters.map(({ reason, offset }) => [reason, offset])).toEqual([
      ['TooLarge', 'row 8'],
      ['TooLarge', 'row 78'],
      ['TooLarge', 'row 148'],
    ]);
    expect(raw.size).toBe(197);
    expect(deadLetters.some(({ id }) => raw.has(id))).toBe(false);
  });
});
