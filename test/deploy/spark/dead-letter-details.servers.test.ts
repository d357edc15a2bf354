import { readFileSync } from 'node:fs';
import { judgeEach, STARTED_AT, type RawRecord } from './judged-records';
import { planOf } from './spark-run';

/** Reasons that only a schema registry gives; its own suite has their details. */
const OF_REGISTRY = ['NotAvro', 'UnknownSchema', 'SchemaNotAvro'];
const SECRET = 'Secret';
const AT = '2026-01-05T00:00:00Z';
const GOOD = { deviceId: 'd', timestamp: AT, temperature: 20.5 };
const VALUE = 'in the value of the record, got';
const EVENT_ID = 'expected an event id of 1 to 400 bytes of UTF-8, as a string or a whole number in';
const DEVICE =
  'expected a device id of 1 to 400 bytes, as a string or a whole number in column "deviceId" (deviceId), got';

/** A reason of a dead letter, a record that has it, and its detail. */
type DetailCase = readonly [reason: string, record: Partial<RawRecord> | object, detail: string, input?: object];

const LONG = { source: { long: { name: 'what', value: 'v' } } };

const CASES: readonly DetailCase[] = [
  ['Tombstone', { value: null }, `expected a value ${VALUE} nothing`],
  [
    'SchemaRegistryFraming',
    { value: Buffer.of(0, 0, 0, 0, 7, 2) },
    'expected one JSON object, got a value in the framing of a schema registry with schema id 7, Avro or Protobuf; ' +
      'if it is Avro, set source.format to avro; else let its producer write plain JSON',
  ],
  ['NotUtf8', { value: Buffer.of(0xff) }, `expected UTF-8 ${VALUE} other bytes`],
  [
    'NotUtf8',
    { value: JSON.stringify(GOOD), headers: { note: Buffer.of(0xff) } },
    'expected UTF-8 in header note (text), got bytes that are not UTF-8',
    { source: { fields: { text: { header: 'note' } } } },
  ],
  ['Empty', { value: '' }, `expected one JSON object ${VALUE} no bytes`],
  ['Empty', { value: ' \n' }, `expected one JSON object ${VALUE} only blanks`],
  [
    'NotAReading',
    { value: `["${SECRET}"]` },
    `expected one JSON object and nothing after it ${VALUE} a list, or the beginning of one`,
  ],
  ['NotAReading', { value: `"${SECRET}"` }, `expected one JSON object and nothing after it ${VALUE} a JSON string`],
  [
    'NotAReading',
    { value: SECRET },
    `expected one JSON object and nothing after it ${VALUE} no object: text, or a single value`,
  ],
  [
    'NotAReading',
    { value: `{"a":"${SECRET}` },
    `expected one JSON object and nothing after it ${VALUE} an object that is broken or has something after it`,
  ],
  [
    'DuplicateKey',
    { value: `{"ok":1,"temp":"${SECRET}","temp":2}` },
    `expected each key once in the object ${VALUE} the field "temp" twice`,
  ],
  [
    'NotStrictJson',
    { value: `{"a":'${SECRET}'}` },
    `expected strict JSON ${VALUE} NaN, Infinity, single quotes, a lone surrogate, or a key of a nested object twice`,
  ],
  [
    'NotANumber:temperature',
    { ...GOOD, temperature: SECRET },
    'expected a number in column "temperature" (temperature), got text that is neither a number nor a mark of absence: ' +
      'see source.numbers.absent',
  ],
  [
    'BadEventId',
    { value: JSON.stringify(GOOD), headers: { 'event-id': '' } },
    `${EVENT_ID} header event-id (eventId), got empty text`,
  ],
  [
    'BadEventId',
    { value: JSON.stringify(GOOD), headers: { 'event-id': Buffer.of(0xff) } },
    `${EVENT_ID} header event-id (eventId), got bytes that are not UTF-8`,
  ],
  ['BadEventId', { ...GOOD, eventId: SECRET.repeat(100) }, `${EVENT_ID} column "eventId" (eventId), got a longer one`],
  ['BadEventId', { ...GOOD, eventId: [SECRET] }, `${EVENT_ID} column "eventId" (eventId), got a list`],
  ['DeviceMissing', { ...GOOD, deviceId: null }, `${DEVICE} null`],
  ['DeviceMissing', { ...GOOD, deviceId: SECRET.repeat(100) }, `${DEVICE} a longer one`],
  [
    'BadTimestamp',
    { ...GOOD, timestamp: SECRET },
    'expected ISO 8601 in column "timestamp" (timestamp), got text in another form',
  ],
  [
    'AmbiguousTimestamp',
    { ...GOOD, timestamp: 1_594_512_094 },
    'expected ISO 8601 in column "timestamp" (timestamp), got a number without a unit that is not whole milliseconds of ' +
      'the years 2001 to 2099: set source.fields.timestamp.format to s, ms, us or ns',
  ],
  [
    'FromTheFuture',
    { ...GOOD, timestamp: '2098-01-01T00:00:00Z' },
    'expected a time at most maxClockSkew after publishing and the start of the run in column "timestamp" (timestamp), got ' +
      'a later one',
  ],
  [
    'OutsideMonths',
    { ...GOOD, timestamp: '1999-01-01T00:00:00Z' },
    'expected a time in the months that the pipeline has indices for in column "timestamp" (timestamp), got one of another ' +
      'month',
    { index: { by: 'month' } },
  ],
  [
    'NoMeasurement',
    { deviceId: 'd', timestamp: AT, what: [SECRET], v: 1 },
    'expected the name of a measurement in column "what" (long.name), got a list',
    LONG,
  ],
  [
    'OutOfRange:temperature',
    { ...GOOD, temperature: 151.5 },
    'expected a value from -90.0 to 150.0 °C in column "temperature" (temperature), got a larger one',
  ],
  [
    'TooLarge',
    { value: JSON.stringify({ ...GOOD, text: 'x'.repeat(5_000_000) }) },
    `expected a record that its topic accepts when it is read ${VALUE} one of 5001187 bytes instead of at most 4194352`,
  ],
  [
    'ExtraField',
    { ...GOOD, rssi: SECRET },
    `expected no field without a mapping, since extraFields is dead-letter ${VALUE} the field "rssi"`,
    { extraFields: 'dead-letter' },
  ],
  [
    'ExtraField',
    { deviceId: 'd', timestamp: AT, what: SECRET, v: 1 },
    'expected the name of a measurement in column "what" (long.name), got another name',
    { ...LONG, extraFields: 'dead-letter' },
  ],
];

function recordOf(record: Partial<RawRecord> | object): RawRecord {
  return 'value' in record
    ? { key: null, value: null, headers: {}, ...record }
    : { key: null, value: JSON.stringify(record), headers: {} };
}

describe('the detail of a dead letter of stage parse', () => {
  const source = { kind: 'topic', topic: 'plant.readings' };
  const batches = CASES.map(([, record, , input = {}]) => {
    const given = { ...input, source: { ...source, ...('source' in input ? (input.source as object) : {}) } };
    return { plan: { ...planOf('details', given), startedAt: STARTED_AT }, records: [recordOf(record)] };
  });
  const ofFile = planOf('details', { source: { kind: 'file', path: '/none', format: 'csv' } });
  const row = { ...recordOf(GOOD), value: '', headers: { 'pipeline-row': 'r', 'pipeline-position': 'row 7' } };
  let found: readonly { readonly value: Readonly<Record<string, unknown>>; readonly headers: object }[];
  beforeAll(() => {
    found = judgeEach([...batches, { plan: ofFile, records: [row] }]).flatMap(({ written }) => written);
  });

  it.each(CASES.map(([reason, , detail], at) => [reason, detail, at] as const))(
    'of %s says where, what was expected and what kind came: %s',
    (reason, detail, at) => {
      expect(found[at]?.value).toMatchObject({ reason, detail });
      expect(String(found[at]?.value['detail'])).not.toContain(SECRET);
    },
  );

  it('is known for every reason that the job gives', () => {
    const text = readFileSync('deploy/spark/Reason.java', 'utf8');
    const reasons = [...text.matchAll(/^ {2}([A-Z]\w+)\(\s*"/gm)].map(([, name]) => name);
    const shown = CASES.map(([reason]) => reason.replace(/:.*/, ''));
    expect(new Set([...shown, ...OF_REGISTRY])).toEqual(new Set(reasons));
  });

  it('names the row of a file as people count rows, and keeps it for a redrive', () => {
    expect(found.at(-1)).toMatchObject({
      value: { detail: `expected one JSON object ${VALUE} no bytes, at row 7 of the file` },
      headers: { 'pipeline-position': 'row 7' },
    });
  });
});
