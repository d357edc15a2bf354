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
  return { key: null, value: typeof value === 'string' ? value : JSON.stringify(value), headers: {} };
}

async function newTopic(records: readonly OutgoingRecord[]): Promise<string> {
  const topic = driver.newName('Plant.Readings');
  await driver.kafka.prepareTopics([{ topic, partitions: 2, maxMessageBytes: 1_048_588 }]);
  await driver.kafka.publish(topic, records);
  return topic;
}

const at = '2026-05-01T10:00:30Z';

describe('a topic that others write', () => {
  it('arrives under the field mapping, with exact counts', async () => {
    const topic = await newTopic([
      record({ key: 'a', sensor: 's1', at, temp: 212, rh: 40, room: 'lab' }),
      record({ key: 'b', sensor: 's1', at: 1_777_629_630_000, temp: 32 }),
      record({ key: 'b', sensor: 's1', at: 1_777_629_630_000, temp: 32 }),
      record({ sensor: 's2', at, rh: 50 }),
      record({ key: 'c', sensor: 's1', at, temp: '70' }),
      record({ key: 'd', sensor: 's1', at: '2026-05-01 10:00', temp: 70 }),
      record('{"key":"e"'),
    ]);
    const name = driver.newName('topic');
    const report = await driver.run(name, { source: { kind: 'topic', topic, fields: FIELDS } });

    expect(report.proof).toMatchObject({
      reconciled: true,
      planned: null,
      published: 6,
      indexed: 3,
      deadLetters: 3,
      repeats: 1,
      windowedReadings: 3,
    });
    const document = await driver.elasticsearch.get<Record<string, unknown>>({ index: `${name}-readings`, id: 'a' });
    expect(document._source).toMatchObject({ deviceId: 's1', humidity: 40, labels: { room: 'lab' } });
    expect(document._source?.['temperature']).toBeCloseTo(100, 5);
    expect(report.proof.deadLettersByReason).toMatchObject({ 'parse:BadTimestamp': 1 });
  }, 600_000);

  it('is followed on and on, until a cancel that leaves no driver behind', async () => {
    const topic = await newTopic([]);
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
