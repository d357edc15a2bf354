import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { createTopics } from '../support/create-topics';
import { GREENHOUSE_FILE, GREENHOUSE_SOURCE } from '../support/greenhouse';
import { failureOf } from '../support/failure-of';
import { PipelineDriver } from '../support/pipeline-driver';
import { startInProcessWorker } from '../support/in-process-worker';
import { stackAddresses } from '../support/stack';
import { until } from '../support/until';

let driver: PipelineDriver;
let folder: string;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  // Every run fails before Spark is started.
  await startInProcessWorker(driver, { javaHome: join('no', 'java') });
  folder = await mkdtemp(join(tmpdir(), 'bad-input-'));
});
afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
});

async function failureWith(input: unknown): Promise<string> {
  return await describeFailure(driver.run(driver.newName('bad'), input));
}

/** Type and message of the failure. */
async function describeFailure(run: Promise<unknown>): Promise<string> {
  const { type = '', message } = (await failureOf(run)) as { type?: string; message: string };
  return `${type}: ${message}`;
}

async function writeTestFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('bad input', () => {
  it('reports all unknown and invalid fields at once', async () => {
    const failure = await failureWith({ source: { kind: 'simulate', records: 0 }, colour: 'red', partitions: 'four' });
    expect(failure).toMatch(/^InvalidInput/);
    for (const field of ['records', 'colour', 'partitions']) expect(failure).toContain(field);
  });

  it('reports a file that does not exist', async () => {
    const path = join(folder, 'nowhere.csv');
    const failure = await failureWith({ source: { kind: 'file', path, format: 'csv' } });
    expect(failure).toMatch(/^SourceMissing/);
    expect(failure).toContain(path);
  });

  it('reports the columns that are missing in a file', async () => {
    const path = await writeTestFile('columns.csv', 'station,when\nx,2026-01-01T00:00:00Z\n');
    const failure = await failureWith({
      source: { kind: 'file', path, format: 'csv', fields: { deviceId: 'station' } },
    });
    expect(failure).toMatch(/^SourceMalformed/);
    expect(failure).toContain('timestamp');
  });

  it('reports a topic that does not exist', async () => {
    const failure = await failureWith({ source: { kind: 'topic', topic: 'no-such-topic' } });
    expect(failure).toMatch(/^SourceMissing/);
    expect(failure).toContain('no-such-topic');
  });

  it('reports topics that would lose or refuse records, all at once, and publishes nothing', async () => {
    const name = driver.newName('lossy');
    const topics = [`${name}.raw`, `${name}.dead-letter`];
    const settings = { 'cleanup.policy': 'compact', 'retention.ms': '1000', 'max.message.bytes': '200' };
    const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await createTopics(admin, topics, settings);
    const failure = await describeFailure(driver.run(name));
    expect(failure).toMatch(/^TopicMisconfigured/);
    for (const topic of topics) {
      expect(failure).toMatch(new RegExp(`kafka-configs.* --entity-name ${topic} --add-config cleanup.policy=delete,`));
    }
    for (const [setting, value] of Object.entries(settings))
      expect(failure).toContain(`${setting} is ${value}, expected`);
    expect(await admin.fetchTopicOffsets(`${name}.raw`)).toMatchObject([{ high: '0' }]);
    expect(await admin.listTopics()).not.toContain(`${name}.enriched`);
    await admin.disconnect();
  });

  it('reports a file that changes while it is read, and fails the run instead of mixing two versions', async () => {
    const path = join(folder, 'changing.csv');
    await copyFile(GREENHOUSE_FILE, path);
    const handle = await driver.start(driver.newName('changed'), {
      source: { ...GREENHOUSE_SOURCE, path, ratePerSecond: 10 },
    });
    await until('the first rows are published', async () => {
      const progress = await handle.query<{ produced: number }>('progress').catch(() => ({ produced: 0 }));
      return progress.produced > 0;
    });
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/\d/, '9'));
    expect(await readFile(path, 'utf8')).not.toBe(text);
    const failure = await describeFailure(handle.result());
    expect(failure).toMatch(/^SourceChanged/);
    expect(failure).toContain(path);
  }, 600_000);
});
