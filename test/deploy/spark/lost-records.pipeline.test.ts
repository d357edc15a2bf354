import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { sweepSparkDrivers } from '../../../activities/spark/recorded-drivers';
import type { SubmitSparkJobInput } from '../../../activities/spark/types';
import { stackAddresses } from '../../support/stack';
import { planOf, SparkRun, until } from './spark-run';

const name = `lost-${randomUUID().slice(0, 8)}`;
const topic = `${name}.source`;
const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
const reading = {
  key: 's',
  value: '{"deviceId":"s","timestamp":"2026-01-01T00:00:00Z","temperature":20}',
  headers: {},
};

let sparkState: string;
let run: SparkRun;
beforeAll(async () => {
  sparkState = await mkdtemp(join(tmpdir(), 'lost-records-'));
  const source = { kind: 'topic', topic };
  run = new SparkRun(planOf(name, { source, spark: { driverMemoryMb: 512 } }), sparkState);
  await admin.connect();
  await run.prepareTopics(1);
}, 120_000);
afterAll(async () => {
  await sweepSparkDrivers(sparkState);
  await admin.disconnect();
  await run.kafka.close();
  await rm(sparkState, { recursive: true });
}, 120_000);

async function publish(count: number): Promise<void> {
  await run.kafka.publish(
    topic,
    Array.from({ length: count }, () => reading),
  );
}

async function recreate(): Promise<void> {
  await admin.deleteTopics({ topics: [topic] });
  await until(async () => !(await admin.listTopics()).includes(topic));
  await run.prepareTopics(1);
}

function start(number: number, accepted: SubmitSparkJobInput['accepted'] = null): SubmitSparkJobInput {
  return { plan: run.plan, rawFrom: { 0: '0' }, trigger: 'available-now', start: number, accepted };
}

describe('a driver whose raw topic has lost records', () => {
  it('fails with its own error and OffsetOutOfRange, and reads on at the first record left once that is accepted', async () => {
    await publish(20);
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] });
    const failed = await run.ended(await run.submit(start(0)));
    expect(failed).toMatchObject({ exitOk: false, committed: null, lost: { type: 'OffsetOutOfRange' } });
    expect(failed.lost?.message).toContain(`Topic ${topic} partition 0 starts at offset 15, expected 0`);
    expect(failed.error).toMatch(/OffsetOutOfRange|KAFKA_DATA_LOSS|out of range/);

    const accepted = await run.submit(start(1, 'OffsetOutOfRange'));
    expect(await run.ended(accepted)).toMatchObject({ exitOk: true, error: null, committed: { 0: '20' }, lost: null });

    await recreate();
    await until(async () => (await run.ended(accepted)).lost !== null);
    const { lost } = await run.ended(accepted);
    expect(lost?.type).toBe('TopicRecreated');
    expect(lost?.message).toContain(`Topic ${topic} partition 0 ends at offset 0, expected it to reach 20`);
  }, 300_000);

  it('ends within a minute of its topic being recreated, also if the new one is longer than the checkpoint', async () => {
    const following = { ...start(2, 'TopicRecreated'), trigger: 'processing-time' } as const;
    await publish(30);
    const driver = await run.submit(following);
    const until30 = await run.watch({ handle: driver, plan: run.plan, until: { 0: '30' }, maxMs: 120_000 });
    expect(until30).toMatchObject({ running: true, committed: { 0: '30' }, lost: null });

    // While Spark looks at no offsets, nothing but its id tells that the topic is another one.
    process.kill(driver.pid, 'SIGSTOP');
    await recreate();
    await publish(50);
    process.kill(driver.pid, 'SIGCONT');
    const seen = await run.watch({ handle: driver, plan: run.plan, until: null, maxMs: 60_000 });
    expect(seen).toMatchObject({ running: false, exitOk: false, lost: { type: 'TopicRecreated' } });
    expect(seen.lost?.message).toMatch(
      new RegExp(`^Topic ${topic} was deleted and recreated: its id is \\S+, expected`),
    );

    const restarted = await run.ended(await run.submit(start(3)));
    expect(restarted).toMatchObject({ exitOk: false, lost: { type: 'TopicRecreated' } });
    const accepted = await run.ended(await run.submit(start(4, 'TopicRecreated')));
    expect(accepted).toMatchObject({ exitOk: true, committed: { 0: '50' }, inputRows: 50, lost: null });
  }, 300_000);
});
