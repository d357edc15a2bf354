import { EVENT_ID_HEADER } from '../../activities/contracts/record';
import { highestAttempt } from './attempts';
import { PipelineDriver, until } from './pipeline-driver';
import type { WorkerProcess } from './worker-process';

const RECORDS = 10_000;

let driver: PipelineDriver;
beforeAll(async () => {
  driver = await PipelineDriver.open();
});
afterAll(async () => {
  await driver.close();
}, 60_000);

/** Raw records beyond the first of their id, counted by the test itself. */
async function rawRepeats(topic: string): Promise<number> {
  const { start, end } = await driver.kafka.offsets(topic);
  const ids = new Set<string>();
  let records = 0;
  for (const partition of Object.keys(end)) {
    const range = { topic, partition: Number(partition), from: start[partition] ?? '0', to: end[partition] ?? '0' };
    await driver.kafka.readRange(range, (batch) => {
      for (const { headers } of batch) ids.add(String(headers[EVENT_ID_HEADER]));
      records += batch.length;
    });
  }
  return records - ids.size;
}

async function expectKilled(worker: WorkerProcess): Promise<void> {
  expect(await worker.ended).toBe('SIGKILL');
}

describe('a worker killed with SIGKILL', () => {
  it('in the source, while Spark works and in the indexer: nothing is lost and nothing counted twice', async () => {
    const name = driver.newName('kills');
    const workflowId = `pipeline/${name}`;
    const source = { kind: 'simulate', records: RECORDS, seed: 3, repeatRatio: 0 };

    const inSource = await driver.startWorker({ PIPELINE_CRASH_AT: 'source:3' });
    const handle = await driver.start(name, { source });
    await expectKilled(inSource);

    const whileSpark = await driver.startWorker();
    await until('a driver is being watched', async () => {
      const { pendingActivities } = (await driver.temporal.workflow.getHandle(`${workflowId}/spark`).describe()).raw;
      return (pendingActivities ?? []).some(
        ({ activityType, lastHeartbeatTime }) => activityType?.name === 'watchSparkJob' && Boolean(lastHeartbeatTime),
      );
    });
    expect(await rawRepeats(`${name}.raw`)).toBeGreaterThan(0);
    await whileSpark.kill('SIGKILL');

    const inIndexer = await driver.startWorker({ PIPELINE_CRASH_AT: 'index-after-bulk:2' });
    await expectKilled(inIndexer);

    await driver.startWorker();
    const report = await handle.result();
    expect(report).toMatchObject({
      reconciled: true,
      sparkStarts: 1,
      proof: { planned: RECORDS, published: RECORDS, conflicts: 0, discrepancies: {} },
    });
    expect(report?.proof.repeats).toBeGreaterThan(0);
    expect(report?.proof.windowedReadings).toBe(report?.proof.indexed);

    expect(
      await highestAttempt(driver.temporal, `${workflowId}/source`, 'publishSimulatedRange'),
    ).toBeGreaterThanOrEqual(2);
    expect(await highestAttempt(driver.temporal, `${workflowId}/spark`, 'watchSparkJob')).toBeGreaterThanOrEqual(2);
    const streams = ['readings', 'windows', 'deadLetters'].map((stream) => `${workflowId}/index/${stream}`);
    const attempts = await Promise.all(streams.map((id) => highestAttempt(driver.temporal, id, 'indexSlice')));
    expect(Math.max(...attempts)).toBeGreaterThanOrEqual(2);
  }, 600_000);
});
