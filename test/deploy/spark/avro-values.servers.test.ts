import fc from 'fast-check';
import { rawEventId } from '../../../activities/reconciliation/event-id';
import { HttpServer } from '../../../activities/http/http-server';
import { rawValues, type RawValues } from '../../../activities/reconciliation/raw-values';
import type { IncomingRecord } from '../../../activities/kafka';
import { framed } from '../../support/framed';
import { RefusingRegistry } from '../../support/refusing-registry';
import { SchemaRegistryServer } from '../../support/schema-registry';
import { AVRO_CASES, encoded, type AvroCase, type Schema } from './avro-cases';
import { judgeEach, STARTED_AT, type Judgement, type RawRecord } from './judged-records';
import { idOf, planOf, type Written } from './spark-run';

const EVENT_ID = { kind: 'value', path: ['eventId'] } as const;
const DAMAGED_RECORDS = 500;
const PROTOBUF = 'syntax = "proto3"; message Reading { string device = 1; }';
const JSON_SCHEMA = '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}';
const SITE = { type: 'record', name: 'plant.Site', fields: [{ name: 'room', type: 'string' }] };
const plan = {
  ...planOf('avro', { source: { kind: 'topic', topic: 'plant.avro', format: 'avro' } }),
  startedAt: STARTED_AT,
};

let registry: SchemaRegistryServer;
let records: readonly RawRecord[];
let written: readonly Written[];
const ids = new Map<string, number>();

/** Judges all records in one process. */
beforeAll(async () => {
  registry = await SchemaRegistryServer.start();
  const register = async (...given: Parameters<SchemaRegistryServer['register']>): Promise<void> => {
    ids.set(given[0], await registry.register(...given));
  };
  for (const { name, schema } of AVRO_CASES) await register(name, JSON.stringify(schema));
  await register('protobuf', PROTOBUF, { schemaType: 'PROTOBUF' });
  await register('json', JSON_SCHEMA, { schemaType: 'JSON' });
  await register('site', JSON.stringify(SITE));
  const references = [{ name: SITE.name, subject: 'site', version: 1 }];
  await register('referring', JSON.stringify(readingAt(SITE.name)), { references });
  records = [...AVRO_CASES.map(recordOf), ...otherRecords(), ...damagedRecords()];
  [{ written }] = judgeEach([{ plan, records, schemaRegistry: registry.url }]) as [Judgement];
}, 300_000);
afterAll(async () => {
  await registry.stop();
});

function record(value: Buffer | string | null): RawRecord {
  return { key: null, value, headers: {}, publishedMs: Date.parse('2026-11-01T00:00:00Z') };
}

function recordOf({ name, bytes }: Pick<AvroCase, 'name' | 'bytes'>): RawRecord {
  return record(framed(ids.get(name) ?? 0, bytes));
}

/** The schema of a reading at a site. */
function readingAt(site: Schema) {
  const fields = { eventId: 'string', deviceId: 'string', timestamp: 'string', temperature: 'int', site };
  return { type: 'record', name: 'Reading', fields: Object.entries(fields).map(([name, type]) => ({ name, type })) };
}

/** What is no Avro of the registry, and last what refers to another schema. */
function otherRecords(): readonly RawRecord[] {
  const reading = { eventId: 'r', deviceId: 'd', timestamp: '2026-06-01T00:00:00Z', temperature: 5 };
  const referring = encoded(readingAt(SITE), { ...reading, site: { room: 'x' } });
  return [
    ...[null, '', '{"deviceId":"d"}', framed(999_999, 'x')].map(record),
    ...['protobuf', 'json'].map((name) => recordOf({ name, bytes: Buffer.from('{}') })),
    recordOf({ name: 'referring', bytes: referring }),
  ];
}

function damagedRecords(): readonly RawRecord[] {
  const bytes = fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array));
  const damaged = fc
    .tuple(fc.constantFrom(...AVRO_CASES), fc.nat(), bytes, fc.nat({ max: 3 }))
    .map(([{ name, bytes: whole }, at, inserted, removed]) => {
      const place = at % (whole.length + 1);
      return recordOf({
        name,
        bytes: Buffer.concat([whole.subarray(0, place), inserted, whole.subarray(place + removed)]),
      });
    });
  return fc.sample(damaged, DAMAGED_RECORDS);
}

function delivered({ value }: RawRecord, offset: number): IncomingRecord {
  const place = { partition: 0, offset: String(offset), timestamp: '0', key: null, headers: {} };
  return { ...place, value: value === null ? null : Buffer.from(value) };
}

/** The values as a proof reads them. */
function valuesOf(url: string): RawValues {
  return rawValues({ valueFormat: 'avro', eventId: EVENT_ID }, new HttpServer(url), new AbortController().signal);
}

describe('a topic in Avro', () => {
  it('has the readings that the schemas describe, and dead letters with their bytes', () => {
    const found = AVRO_CASES.map(({ name }, at) => ({ name, ...written[at]?.value }));
    expect(found).toEqual(
      AVRO_CASES.map(({ name, becomes }) => expect.objectContaining({ name, ...becomes }) as object),
    );
    const cut = AVRO_CASES.findIndex(({ name }) => name === 'cut');
    expect(written[cut]?.value['original']).toBe(Buffer.from(records[cut]?.value ?? '').toString('base64'));
  });

  it('has dead letters with their reason for what is no Avro of the registry', () => {
    const noFraming = expect.stringContaining(
      'in the framing of a schema registry, in Avro, got one without',
    ) as string;
    const others = written.slice(AVRO_CASES.length, AVRO_CASES.length + 6);
    expect(others.map(({ value }) => [value['reason'], value['detail']])).toEqual([
      ['Tombstone', expect.any(String)],
      ['NotAvro', noFraming],
      ['NotAvro', noFraming],
      [
        'UnknownSchema',
        'expected the id of a schema that the schema registry has in the value of the record, got schema id 999999',
      ],
      [
        'SchemaNotAvro',
        `expected the id of an Avro schema in the value of the record, got schema id ${ids.get('protobuf') ?? 0}, which is of the kind PROTOBUF`,
      ],
      [
        'SchemaNotAvro',
        `expected the id of an Avro schema in the value of the record, got schema id ${ids.get('json') ?? 0}, which is of the kind JSON`,
      ],
    ]);
  });

  it('is read by schemas that refer to others', () => {
    const { value } = written[AVRO_CASES.length + 6] ?? {};
    expect(value).toMatchObject({ id: 'r', temperature: 5, labels: { site: '{"room":"x"}' } });
  });

  it('has the same ids for the job and for the proof, also for damaged records', async () => {
    const values = valuesOf(`${registry.url}/`);
    const read = records.map(delivered);
    await values.prepare(read);
    const idsOfProof = read.map((each) =>
      rawEventId(plan.topics.raw, { ...each, value: values.jsonOf(each) }, EVENT_ID, false),
    );
    expect(written.map(idOf)).toEqual(idsOfProof);
    // Not all that is damaged is unreadable.
    const damaged = written.slice(-DAMAGED_RECORDS);
    expect(damaged.filter((each) => !idOf(each).startsWith('plant.avro-0-')).length).toBeGreaterThan(10);
  });

  it('stops the job and the proof, and names the registry, if that does not tell whether it has a schema', async () => {
    const some = records.slice(0, 1);
    expect(() => judgeEach([{ plan, records: some, schemaRegistry: 'http://127.0.0.1:1' }])).toThrow(
      /SchemaRegistryUnavailable: expected a schema from http:\/\/127\.0\.0\.1:1\/schemas\/ids\/\d+, but .*ConnectException/,
    );
    await expect(valuesOf('http://127.0.0.1:1').prepare(some.map(delivered))).rejects.toMatchObject({
      type: 'SchemaRegistryUnavailable',
      message: expect.stringMatching(
        /from http:\/\/127\.0\.0\.1:1\/schemas\/ids\/\d+, but .*(bad port|ECONNREFUSED)/,
      ) as string,
    });
    // An answer without a code of the API: it is not the address of one.
    const other = new URL(registry.url).origin;
    expect(() => judgeEach([{ plan, records: some, schemaRegistry: other }])).toThrow(
      'but it answered with status 404',
    );
    await expect(valuesOf(other).prepare(some.map(delivered))).rejects.toThrow('but it answered with status 404');
  });

  it.each([401, 403])('is refused to the job, by a name of its own, by a registry that answers %d', async (status) => {
    const refusing = await RefusingRegistry.start(status);
    try {
      expect(() => judgeEach([{ plan, records: records.slice(0, 1), schemaRegistry: refusing.url }])).toThrow(
        new RegExp(`SchemaRegistryRefused: expected a schema from .*, but it answered with status ${status}`),
      );
    } finally {
      await refusing.stop();
    }
  });
});
