import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { sweepSparkDrivers } from '../../../activities/spark/recorded-drivers';
import type { SparkState, SubmitSparkJobInput } from '../../../activities/spark/types';
import { stackAddresses } from '../../support/stack';
import { planOf, SparkRun, until } from './spark-run';

const ANSWER_MS = 240_000;

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
});
afterAll(async () => {
  await sweepSparkDrivers(sparkState);
  await admin.disconnect();
  await run.kafka.close();
  await rm(sparkState, { recursive: true });
});

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
  let failed: SparkState;
  let read: SparkState;
  let seen: SparkState;
  let restarted: SparkState;
  let emptied: SparkState;
  let accepted: SparkState;

  beforeAll(async () => {
    await publish(20);
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] });
    const first = await run.submit(start(0));
    failed = await run.ended(first);

    const following = await run.submit({ ...start(1, 'OffsetOutOfRange'), trigger: 'processing-time' });
    read = await run.watch({ handle: following, plan: run.plan, until: { 0: '20' }, maxMs: ANSWER_MS });
    // While Spark looks at no offsets, nothing but its id tells that the topic is another one.
    process.kill(following.pid, 'SIGSTOP');
    await recreate();
    await publish(50);
    process.kill(following.pid, 'SIGCONT');
    seen = await run.watch({ handle: following, plan: run.plan, until: null, maxMs: 60_000 });
    restarted = await run.ended(await run.submit(start(2)));

    await recreate();
    await until(async () => (await run.ended(first)).lost !== null);
    emptied = await run.ended(first);
    await publish(50);
    accepted = await run.ended(await run.submit(start(3, 'TopicRecreated')));
  }, 2 * ANSWER_MS);

  it('fails with its own error and OffsetOutOfRange', () => {
    expect(failed).toMatchObject({ exitOk: false, committed: null, lost: { type: 'OffsetOutOfRange' } });
    expect(failed.lost?.message).toContain(`Topic ${topic} partition 0 starts at offset 15, expected 0`);
    expect(failed.error).toMatch(/OffsetOutOfRange|KAFKA_DATA_LOSS|out of range/);
  });

  it('reads on at the first record left once that is accepted', () => {
    expect(read).toMatchObject({ running: true, error: null, committed: { 0: '20' }, lost: null });
  });

  it('ends within a minute of its topic being recreated, also if the new one is longer than the checkpoint', () => {
    expect(seen).toMatchObject({ running: false, exitOk: false, lost: { type: 'TopicRecreated' } });
    expect(seen.lost?.message).toMatch(
      new RegExp(`^Topic ${topic} was deleted and recreated: its id is \\S+, expected`),
    );
    expect(restarted).toMatchObject({ exitOk: false, lost: { type: 'TopicRecreated' } });
  });

  it('has a topic that ends before its checkpoint, which tells that it was recreated', () => {
    expect(emptied.lost?.type).toBe('TopicRecreated');
    expect(emptied.lost?.message).toContain(`Topic ${topic} partition 0 ends at offset 0, expected it to reach `);
  });

  it('reads the new topic from its beginning once that is accepted', () => {
    expect(accepted).toMatchObject({ exitOk: true, error: null, committed: { 0: '50' }, inputRows: 50, lost: null });
  });
});
