import type { OutgoingRecord } from '../../activities/kafka';
import { PipelineDriver, until } from './pipeline-driver';

const FIELDS = {
  deviceId: 'sensor',
  timestamp: 'at',
  temperature: { column: 'temp', unit: '°F' },
  humidity: 'rh',
  eventId: 'key',
};

let driver: PipelineDriver;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  await driver.startWorker();
}, 120_000);
afterAll(async () => {
  await driver.close();
}, 60_000);

function record(value: unknown): OutgoingRecord {
  return { key: null, value: JSON.stringify(value), headers: {} };
}

describe('a topic that others write', () => {
  it('is followed on and on, until a cancel that leaves no driver behind', async () => {
    const topic = driver.newName('Plant.Readings');
    await driver.kafka.prepareTopics([{ topic, partitions: 2, maxMessageBytes: 1_048_588 }]);
    const name = driver.newName('follow');
    const handle = await driver.start(name, { source: { kind: 'topic', topic, fields: FIELDS, follow: true } });
    const timestamp = (): string => new Date().toISOString();
    const indexed = async (): Promise<number> => {
      if (!(await driver.elasticsearch.indices.exists({ index: `${name}-readings` }))) return 0;
      await driver.elasticsearch.indices.refresh({ index: `${name}-readings` });
      return (await driver.elasticsearch.count({ index: `${name}-readings` })).count;
    };
    for (const round of [1, 2]) {
      const batch = Array.from({ length: 10 }, (_, n) =>
        record({ key: `${round}-${n}`, sensor: 's', at: timestamp(), temp: 70 }),
      );
      await driver.kafka.publish(topic, batch);
      await until(`${round * 10} readings are indexed`, async () => (await indexed()) === round * 10);
    }
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    const { events } = await driver.temporal.workflow.getHandle(`pipeline/${name}/spark`).fetchHistory();
    const types = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
    expect(types).toContain('stopSparkJob');
  }, 600_000);
});
