import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { estypes } from '@elastic/elasticsearch';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import type { OutgoingRecord } from '../../activities/kafka';
import { runFiles } from '../../activities/spark/job-settings';
import { processFacts, type ProcessFacts } from '../../activities/spark/process-life';
import { RunFolder } from '../../activities/spark/run-folder';
import { workerEnvironment } from '../support/stack';
import { PipelineDriver, until } from '../support/pipeline-driver';
import { startWorkerWithin, type WorkerWithin } from '../support/worker-within';

const FIELDS = {
  deviceId: 'sensor',
  timestamp: 'at',
  temperature: { column: 'temp', unit: '°F' },
  humidity: 'rh',
  eventId: 'key',
};

type Hit = estypes.SearchHit<Record<string, unknown>>;

let driver: PipelineDriver;
let worker: WorkerWithin;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  worker = await startWorkerWithin(driver.taskQueue);
}, 120_000);
afterAll(async () => {
  await worker.stop();
  await driver.close();
}, 60_000);

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

function startOf(...start: string[]): RunFolder {
  const { PIPELINE_STATE_DIR = '' } = workerEnvironment();
  return new RunFolder(join(PIPELINE_STATE_DIR, 'spark', 'runs', ...start));
}

/** Totals of the batches of a start; null before the first has ended. */
async function told(...start: string[]): Promise<{ inputRows: number } | null> {
  const folder = startOf(...start);
  if ((await folder.progress()) === null) return null;
  return JSON.parse(await readFile(runFiles(folder.path).progressFile, 'utf8')) as { inputRows: number };
}

/** Who lives of the two processes of a start. */
async function livingOf(...start: string[]): Promise<readonly ProcessFacts[]> {
  const claim = await startOf(...start).claim();
  if (claim === null) throw new Error(`expected a driver to have claimed ${start.join('/')}`);
  return [await processFacts(claim.pid), await processFacts(claim.python)].filter((facts) => facts !== null);
}

describe('a topic that others write', () => {
  it('is followed on and on, over a pause of its driver, late readings kept out of windows, until a cancel that leaves no driver behind', async () => {
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
    // One by one: while the topic is new, what is sent again must be nothing that has arrived.
    for (const record of first) await driver.kafka.publish(topic, [record]);
    await until('the first readings are indexed', async () => (await ids()) === 'a,ancient,b,late');
    await until('the dead letter is indexed', async () => (await documents(aliasesOf(name).deadLetters)).length === 1);

    const run = [name, (await handle.describe()).runId];
    await handle.executeUpdate('pause');
    await until('the driver is stopped', async () => (await livingOf(...run, '0')).length === 0);
    await driver.kafka.publish(topic, [reading('b', 4), reading('c', 0)]);
    await handle.executeUpdate('resume');
    await until('what came later is indexed', async () => (await ids()) === 'a,ancient,b,c,late');
    // a, b and c, repeats left out.
    await until('the windows are indexed', async () => (await windowed()) === 3);

    const flagged = (await documents(aliasesOf(name).readings)).filter(({ _source }) => _source?.['late'] === true);
    expect(flagged.map(({ _id }) => _id).sort()).toEqual(['ancient', 'late']);
    expect((await documents(aliasesOf(name).deadLetters))[0]?._source).toMatchObject({ reason: 'ExtraField' });
    // Each row once, though both the readings and the windows are made of it, by a driver that went on from the other's
    // checkpoint; a late reading is set apart before the watermark could drop it.
    expect(await told(...run, '0')).toMatchObject({ inputRows: first.length, droppedByWatermark: 0 });
    await until('the second driver has told of its batch', async () => (await told(...run, '1'))?.inputRows === 2);
    expect(await told(...run, '1')).toMatchObject({ droppedByWatermark: 0 });

    expect(await livingOf(...run, '1')).toHaveLength(2);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(await livingOf(...run, '1')).toEqual([]);
  }, 600_000);
});
