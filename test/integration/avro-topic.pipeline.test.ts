import type { OutgoingRecord } from '../../activities/kafka';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import type { Attention, PipelineProgress } from '../../workflows/control/progress';
import { encoded } from '../deploy/spark/avro-cases';
import { framed } from '../support/framed';
import { startInProcessWorker } from '../support/in-process-worker';
import { PipelineDriver } from '../support/pipeline-driver';
import { SchemaRegistryServer } from '../support/schema-registry';
import { openGate, type ServerGate } from '../support/server-gate';
import { until } from '../support/until';

const FIELDS = [
  { name: 'reading', type: 'string' },
  { name: 'sensor', type: 'string' },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  { name: 'temp', type: 'double' },
];
const FIRST = { type: 'record', name: 'plant.Reading', fields: FIELDS };
/** Without a default no older reader could read it; the job reads each value by its own schema. */
const SECOND = { ...FIRST, fields: [{ name: 'rh', type: ['null', 'float'], default: null }, ...FIELDS] };

let registry: SchemaRegistryServer;
let gate: ServerGate;
let driver: PipelineDriver;
beforeAll(async () => {
  registry = await SchemaRegistryServer.start();
  gate = await openGate(new URL(registry.url).origin);
  driver = await PipelineDriver.open();
  await startInProcessWorker(driver, { schemaRegistry: registry.url.replace(/^http:\/\/[^/]+/, gate.address) });
}, 300_000);
afterAll(async () => {
  await driver.close();
  await gate.end();
  await registry.stop();
});

function reading(id: string, schemaId: number, schema: typeof FIRST | typeof SECOND, more: object): OutgoingRecord {
  const at = Date.parse('2026-06-01T00:00:00Z');
  return {
    key: null,
    value: framed(schemaId, encoded(schema, { reading: id, sensor: 's', at, ...more })),
    headers: {},
  };
}

async function documents(index: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (!(await driver.elasticsearch.indices.exists({ index }))) return [];
  await driver.elasticsearch.indices.refresh({ index });
  const { hits } = await driver.elasticsearch.search<Record<string, unknown>>({ index, size: 100 });
  return hits.hits.map(({ _source = {} }) => _source).sort((a, b) => String(a['id']).localeCompare(String(b['id'])));
}

describe('a topic in Avro', () => {
  it('is followed across a new schema and an outage of the registry, which is shown, and is proven by ids in its values', async () => {
    const topic = driver.newName('plant.avro');
    await driver.kafka.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_048_588 }]);
    const name = driver.newName('avro');
    const fields = { eventId: 'reading', deviceId: 'sensor', timestamp: 'at', temperature: 'temp', humidity: 'rh' };
    const source = { kind: 'topic', topic, format: 'avro', fields, follow: true };
    const handle = await driver.start(name, { source, live: { allowedLateness: '3650 days' }, partitions: 1 });
    const attention = async (): Promise<readonly Attention[]> =>
      (await handle.query<PipelineProgress>('progress')).attention;
    const { readings, deadLetters } = aliasesOf(name);

    const first = await registry.register('readings', JSON.stringify(FIRST));
    await driver.kafka.publish(topic, [reading('a', first, FIRST, { temp: 20.5 })]);
    await until('the first reading is indexed', async () => (await documents(readings)).length === 1);

    gate.close();
    const second = await registry.register('readings', JSON.stringify(SECOND));
    await driver.kafka.publish(topic, [
      reading('b', second, SECOND, { temp: 21, rh: 40.5 }),
      reading('c', first, FIRST, { temp: 22 }),
      { key: null, value: framed(1_000_000, 'x'), headers: { 'event-id': 'unknown' } },
      { key: null, value: '{"reading":"d"}', headers: {} },
    ]);
    await until('the outage is shown', async () => (await attention()).length > 0);
    expect(await attention()).toEqual([
      expect.objectContaining({
        ...{ stage: 'spark', state: 'RETRYING', command: null },
        reason: expect.stringContaining(
          `SchemaRegistryUnavailable: expected a schema from ${gate.address}/apis/ccompat/v7/schemas/ids/${second}, but`,
        ) as string,
      }),
    ]);
    expect(await documents(deadLetters)).toEqual([]);
    gate.open();
    await until('all readings are indexed', async () => (await documents(readings)).length === 3);
    await until('the dead letters are indexed', async () => (await documents(deadLetters)).length === 2);
    await until('nothing is shown any more', async () => (await attention()).length === 0);

    const timestamp = '2026-06-01T00:00:00.000000Z';
    expect(await documents(readings)).toMatchObject([
      { id: 'a', deviceId: 's', timestamp, temperature: 20.5 },
      { id: 'b', deviceId: 's', timestamp, temperature: 21, humidity: 40.5 },
      { id: 'c', deviceId: 's', timestamp, temperature: 22 },
    ]);
    expect(await documents(deadLetters)).toMatchObject([
      { id: `${topic}-0-4`, reason: 'NotAvro', original: Buffer.from('{"reading":"d"}').toString('base64') },
      { id: 'unknown', reason: 'UnknownSchema', detail: expect.stringContaining('schema id 1000000') as string },
    ]);

    await handle.executeUpdate('stop');
    const report = await handle.result();
    expect(report?.proof).toMatchObject({
      reconciled: true,
      published: 5,
      indexed: 3,
      deadLetters: 2,
      discrepancies: {},
    });
  }, 600_000);
});
