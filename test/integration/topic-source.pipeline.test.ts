import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { estypes } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import type { OutgoingRecord } from '../../activities/kafka';
import { processFacts, type ProcessFacts } from '../../activities/spark/process-facts';
import { runFiles, RunFolder } from '../../activities/spark/run-folder';
import { stackAddresses, workerEnvironment } from '../support/stack';
import type { PipelineProgress } from '../../workflows/control/progress';
import { PipelineDriver } from '../support/pipeline-driver';
import { startInProcessWorker } from '../support/in-process-worker';
import { until } from '../support/until';

const FIELDS = {
  deviceId: 'sensor',
  timestamp: 'at',
  temperature: { column: 'temp', unit: '°F' },
  humidity: 'rh',
  eventId: 'key',
};

type Hit = estypes.SearchHit<Record<string, unknown>>;

let driver: PipelineDriver;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  await startInProcessWorker(driver);
});
afterAll(async () => {
  await driver.close();
});

function reading(key: string, minutesAgo: number, more: object = {}): OutgoingRecord {
  const at = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return { key: 's', value: JSON.stringify({ key, sensor: 's', at, temp: 70, ...more }), headers: {} };
}

/** Every document behind an alias. */
async function documents(index: string): Promise<readonly Hit[]> {
  if (!(await driver.elasticsearch.indices.exists({ index }))) return [];
  await driver.elasticsearch.indices.refresh({ index });
  return (await driver.elasticsearch.search<Record<string, unknown>>({ index, size: 100 })).hits.hits;
}

/** Adds a partition to a topic, and publishes a record to it. */
async function publishToNewPartition(topic: string, partition: number, { key, value }: OutgoingRecord): Promise<void> {
  const kafka = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count: partition + 1 }] });
  await producer.connect();
  const send = () => producer.send({ topic, messages: [{ partition, key, value }] });
  await until('the partition has a leader', () =>
    send().then(
      () => true,
      () => false,
    ),
  );
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

/** Folder of one driver: of a pipeline, a run and a number that counts its drivers from 0. */
function driverFolder(...path: string[]): RunFolder {
  const { PIPELINE_STATE_DIR = '' } = workerEnvironment();
  return new RunFolder(join(PIPELINE_STATE_DIR, 'spark', 'runs', ...path));
}

/** Totals of the micro-batches of one driver; null before the first has ended. */
async function batchTotals(...path: string[]): Promise<{ inputRows: number } | null> {
  const folder = driverFolder(...path);
  if ((await folder.read('progress')) === null) return null;
  return JSON.parse(await readFile(runFiles(folder.path).progressFile, 'utf8')) as { inputRows: number };
}

/** The process of a driver, if it runs. */
async function runningProcesses(...path: string[]): Promise<readonly ProcessFacts[]> {
  const lock = await driverFolder(...path).read('lock');
  if (lock === null) throw new Error(`expected a driver to have the lock of ${path.join('/')}`);
  return [await processFacts(lock.pid)].filter((facts) => facts !== null);
}

describe('a topic that other programs write', () => {
  it('is followed across a pause of its driver, without late readings in windows, until a cancel that leaves no driver running', async () => {
    const topic = driver.newName('Plant.Readings');
    await driver.kafka.prepareTopics([{ topic, partitions: 2, maxMessageBytes: 1_048_588 }]);
    const name = driver.newName('follow');
    const source = { kind: 'topic', topic, fields: FIELDS, follow: true };
    const handle = await driver.start(name, { source, partitions: 2, extraFields: 'dead-letter' });
    const ids = async (): Promise<string> =>
      (await documents(aliasesOf(name).readings))
        .map(({ _id = '' }) => _id)
        .sort()
        .join();
    const windowed = async (): Promise<number> =>
      (await documents(aliasesOf(name).windows)).reduce((sum, { _source }) => sum + Number(_source?.['count']), 0);

    const late = [reading('late', 11), reading('ancient', 60 * 24 * 365 * 60)];
    const first = [reading('a', 0), reading('b', 4), reading('a', 0), ...late, reading('extra', 0, { room: 'x' })];
    // One by one: a retried produce request to a new topic must not contain records that were already written.
    for (const record of first) await driver.kafka.publish(topic, [record]);
    await until('the first readings are indexed', async () => (await ids()) === 'a,ancient,b,late');
    await until('the dead letter is indexed', async () => (await documents(aliasesOf(name).deadLetters)).length === 1);

    const run = [name, (await handle.describe()).runId];
    // Lanes index what a micro-batch publishes before it ends, and one that a pause interrupts is done again.
    await until(
      'the first driver has reported its batches',
      async () => (await batchTotals(...run, '0'))?.inputRows === first.length,
    );
    await handle.executeUpdate('pause');
    await until('the driver is stopped', async () => (await runningProcesses(...run, '0')).length === 0);
    await driver.kafka.publish(topic, [reading('b', 4), reading('c', 0)]);
    await handle.executeUpdate('resume');
    await until('the later readings are indexed', async () => (await ids()) === 'a,ancient,b,c,late');
    await publishToNewPartition(topic, 2, reading('d', 0));
    await until('a partition that was added meanwhile is read', async () => (await ids()) === 'a,ancient,b,c,d,late');
    // a, b, c and d, each once.
    await until('the windows are indexed', async () => (await windowed()) === 4);
    const isCounted = async () => (await handle.query<PipelineProgress>('progress')).processed === first.length + 3;
    await until('every record counts as processed', isCounted);

    const flagged = (await documents(aliasesOf(name).readings)).filter(({ _source }) => _source?.['late'] === true);
    expect(flagged.map(({ _id }) => _id).sort()).toEqual(['ancient', 'late']);
    expect((await documents(aliasesOf(name).deadLetters))[0]?._source).toMatchObject({ reason: 'ExtraField' });
    // Each row is read once, although readings and windows are both derived from it, and the second driver continues from
    // the checkpoint of the first; a late reading is separated before the watermark could drop it.
    expect(await batchTotals(...run, '0')).toMatchObject({ inputRows: first.length, droppedByWatermark: 0 });
    await until(
      'the second driver has reported its batch',
      async () => (await batchTotals(...run, '1'))?.inputRows === 3,
    );
    expect(await batchTotals(...run, '1')).toMatchObject({ droppedByWatermark: 0 });

    expect(await runningProcesses(...run, '1')).toHaveLength(1);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(await runningProcesses(...run, '1')).toEqual([]);
  }, 600_000);
});

describe('a file that grows', () => {
  it('adds its new rows to the readings and windows that earlier runs have written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'growing-'));
    const path = join(folder, 'log.csv');
    const name = driver.newName('growing');
    const { readings, windows } = aliasesOf(name);
    const input = { source: { kind: 'file', path, format: 'csv' } };
    const row = (second: number): string => `boiler,2026-01-01T00:00:0${second}Z,2${second},40\n`;
    await writeFile(path, `deviceId,timestamp,temperature,humidity\n${[1, 2, 3].map(row).join('')}`);
    const counts: unknown[] = [];
    for (const added of ['', row(4)]) {
      await appendFile(path, added);
      const { reconciled } = await driver.run(name, input);
      const found = await documents(windows);
      counts.push([reconciled, (await documents(readings)).length, found.map(({ _source }) => _source?.['count'])]);
    }
    expect(counts).toEqual([
      [true, 3, [3]],
      [true, 4, [4]],
    ]);
    expect((await documents(windows))[0]).toMatchObject({
      _id: 'boiler|1767225600000|60000',
      _source: { temperature: { count: 4, mean: 22.5, min: 21, max: 24 } },
    });
    await rm(folder, { recursive: true });
  }, 600_000);
});
