import { Type } from 'avsc';

export type Schema = string | readonly Schema[] | Readonly<Record<string, unknown>>;

/** A value under a schema of its own, and fields of the reading, or of the dead letter, that it becomes. */
export interface AvroCase {
  readonly name: string;
  readonly schema: Schema;
  /** In Avro, without framing. */
  readonly bytes: Buffer;
  readonly becomes: object;
}

const AT = 1_780_272_000_123;
const INSTANT = '2026-06-01T00:00:00.123000Z';
const TIMESTAMP = { type: 'long', logicalType: 'timestamp-millis' };

/** Encoded by another library than those that read it. */
export function encoded(schema: Schema, value: unknown): Buffer {
  return Type.forSchema(schema as Parameters<typeof Type.forSchema>[0]).toBuffer(value);
}

function record(...fields: readonly (readonly [name: string, type: Schema])[]): Schema {
  return {
    type: 'record',
    name: 'Reading',
    namespace: 'plant',
    fields: fields.map(([name, type]) => ({ name, type })),
  };
}

const COMMON = [
  ...[['eventId', 'string'] as const, ['deviceId', 'string'] as const],
  ...[['timestamp', TIMESTAMP] as const, ['humidity', 'double'] as const],
];

function common(name: string) {
  return { eventId: name, deviceId: 'd', timestamp: AT, humidity: 50 };
}

function good(name: string, field: string, type: Schema, value: unknown, becomes: object): AvroCase {
  const schema = record(...COMMON, [field, type]);
  const bytes = encoded(schema, { ...common(name), [field]: value });
  return { name, schema, bytes, becomes: { id: name, ...becomes } };
}

/** A measured value, at a time of some logical type. */
function at(name: string, type: Schema, timestamp: number, becomes: object): AvroCase {
  const schema = record(['eventId', 'string'], ['deviceId', 'long'], ['timestamp', type], ['temperature', 'double']);
  const bytes = encoded(schema, { eventId: name, deviceId: 17, timestamp, temperature: 20.5 });
  return { name, schema, bytes, becomes: { id: name, ...becomes } };
}

function identified(name: string, type: Schema, eventId: number, becomes: object): AvroCase {
  const schema = record(['eventId', type], ...COMMON.slice(1));
  return { name, schema, bytes: encoded(schema, { ...common(name), eventId }), becomes };
}

function unreadable(name: string, bytes: Buffer, found: string, type: Schema = 'double'): AvroCase {
  const detail = expect.stringContaining(`got one with ${found}, schema id`) as string;
  return { name, schema: record(...COMMON, ['temperature', type]), bytes, becomes: { reason: 'NotAvro', detail } };
}

const logical = (type: string, logicalType: string) => ({ type, logicalType });
const FIXED = { type: 'fixed', name: 'Mac', size: 3 };
const LEVEL = { type: 'enum', name: 'Level', symbols: ['LOW', 'HIGH'] };
const SITE = {
  type: 'record',
  name: 'Site',
  namespace: 'other',
  fields: [
    { name: 'room', type: ['null', 'string'] },
    // The name of the enclosing namespace.
    { name: 'parent', type: ['null', 'Site'] },
  ],
};
const LEAF = { timestamp: INSTANT, temperature: 20.5, humidity: 50 };

const READABLE: readonly AvroCase[] = [
  good('double', 'temperature', 'double', 20.5, LEAF),
  good('float', 'temperature', 'float', Math.fround(20.1), { temperature: 20.1 }),
  good('long', 'temperature', 'long', -3, { temperature: -3 }),
  good('optional', 'temperature', ['null', 'double'], 20.5, LEAF),
  good('string-number', 'temperature', 'string', '20.5', LEAF),
  good(
    'decimal',
    'temperature',
    { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
    Buffer.of(0xff, 0x38),
    {
      temperature: -2,
    },
  ),
  at('millis', logical('long', 'timestamp-millis'), -1, { timestamp: '1969-12-31T23:59:59.999000Z', deviceId: '17' }),
  at('micros', logical('long', 'timestamp-micros'), AT * 1_000 + 7, { timestamp: '2026-06-01T00:00:00.123007Z' }),
  at('nanos', logical('long', 'timestamp-nanos'), -1, { timestamp: '1969-12-31T23:59:59.999999Z' }),
  at('plain-millis', 'long', AT, { timestamp: INSTANT }),
  at('local', logical('long', 'local-timestamp-millis'), AT, { reason: 'BadTimestamp' }),
  at('date', logical('int', 'date'), 20_605, { reason: 'BadTimestamp' }),
  good('nothing', 'temperature', ['null', 'double'], null, { humidity: 50 }),
  good('not-a-number', 'temperature', 'double', Number.NaN, { humidity: 50 }),
  good('infinity', 'temperature', 'double', Infinity, { reason: 'NotANumber:temperature' }),
  identified('whole-id', 'long', -17, { id: '-17', humidity: 50 }),
  identified('number-id', 'double', 17, { reason: 'BadEventId' }),
  labels(),
];

/** Fields that no mapping names. */
function labels(): AvroCase {
  const schema = record(
    ...COMMON,
    ...([
      ['temperature', 'double'],
      ['mac', FIXED],
      ['level', LEVEL],
      ['site', SITE],
      ['tags', { type: 'map', values: { type: 'array', items: 'int' } }],
      ['day', logical('int', 'date')],
      ['local', logical('long', 'local-timestamp-micros')],
      ['uuid', logical('string', 'uuid')],
      ['on', 'boolean'],
      ['backup', ['null', LEVEL.name]],
    ] as const),
  );
  const bytes = encoded(schema, {
    ...common('labels'),
    ...{ temperature: 20.5, mac: Buffer.of(1, 2, 255), level: 'HIGH' },
    ...{ site: { room: 'north', parent: { room: null, parent: null } }, tags: { a: [1, -2], b: [] }, day: 20_605 },
    ...{ local: AT * 1_000, uuid: 'c0ffee00-0000-4000-8000-000000000000', on: true, backup: 'LOW' },
  });
  const becomes = {
    ...{ mac: 'AQL/', level: 'HIGH', day: '2026-06-01', local: '2026-06-01T00:00:00.123000', on: 'true' },
    ...{ site: '{"parent":{"parent":null,"room":null},"room":"north"}', tags: '{"a":[1,-2],"b":[]}' },
    ...{ uuid: 'c0ffee00-0000-4000-8000-000000000000', backup: 'LOW' },
  };
  return { name: 'labels', schema, bytes, becomes: { id: 'labels', ...LEAF, labels: becomes } };
}

const HEAD = encoded(record(...COMMON), common('unread'));
const after = (...bytes: readonly number[]) => Buffer.concat([HEAD, Buffer.from(bytes)]);
/** Of a length or number of items of 2^40. */
const HUGE = [0x80, 0x80, 0x80, 0x80, 0x80, 0x40];

const BROKEN: readonly AvroCase[] = [
  unreadable('cut', HEAD, 'too few bytes for its schema'),
  unreadable('longer', after(0, 0, 0, 0, 0, 0, 0, 0, 0), 'bytes after its value'),
  unreadable('no-branch', after(4), 'a branch or a symbol that its schema does not have', ['null', 'double']),
  unreadable('huge-text', after(...HUGE), 'too few bytes for its schema', 'string'),
  unreadable('negative-text', after(1), 'a length or a number that cannot be', 'string'),
  unreadable('endless-number', after(...Array<number>(11).fill(0xff)), 'a length or a number that cannot be', 'long'),
  unreadable('not-utf8', after(4, 0xc3, 0x28), 'a text that is not UTF-8', 'string'),
  unreadable('many-nulls', after(0x80, 0x80, 0x20, 0), 'more values than bytes', {
    type: 'array',
    items: 'null',
  }),
  unreadable('huge-list', after(...HUGE), 'a length or a number that cannot be', { type: 'array', items: 'null' }),
  {
    name: 'deep',
    schema: { type: 'record', name: 'Link', fields: [{ name: 'next', type: ['null', 'Link'] }] },
    bytes: Buffer.concat([Buffer.alloc(300, 2), Buffer.alloc(1)]),
    becomes: { reason: 'NotAvro', detail: expect.stringContaining('nested deeper than 200') as string },
  },
  { name: 'text', schema: 'string', bytes: encoded('string', 'x'), becomes: { reason: 'NotAReading' } },
];

export const AVRO_CASES: readonly AvroCase[] = [...READABLE, ...BROKEN];
