/** One raw record and its expected outcome; the key identifies the case. */
export interface ParseCase {
  readonly name: string;
  readonly value: string | Buffer | null;
  /** Default: an `event-id` header with the name. */
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  readonly outcome: Outcome;
}

/** A dead letter's reason, or fields of the enriched reading; `id` is the expected id, `null`: its coordinates. */
export type Outcome =
  { readonly reason: string; readonly id?: string | null } | { readonly reading: object; readonly id?: string | null };

/** The records use other column names: see `CASE_FIELDS`. */
export const CASE_FIELDS = {
  deviceId: 'origin',
  timestamp: 'time',
  temperature: { column: 'temp', unit: '°F' },
  felt: { column: 'temp', unit: '°F' },
  humidity: 'humid',
} as const;

/** The first month is that of a case. */
export const CASE_INDEX = { by: 'month', from: '1900-01' } as const;

export const CASE_MEASUREMENTS = [
  { name: 'temperature', unit: '°C', min: -90, max: 150 },
  { name: 'felt', unit: '°C', min: -90, max: 1e9 },
  { name: 'humidity', unit: '%', min: 0, max: 100 },
];

const TIME = '2024-03-09T00:00:00Z';
const MEGABYTE = 1_000_000;

/** Different words of three letters, in reverse alphabetical order. */
function manyWords(count: number): string[] {
  const letter = (n: number) => String.fromCharCode('a'.charCodeAt(0) + n);
  return Array.from({ length: count }, (_, n) => `x${letter(25 - Math.floor(n / 26))}${letter(25 - (n % 26))}`);
}

/** Members of an object with the other column names, as text, so that a case can break them. */
function members(name: string, changes: Readonly<Record<string, string | null>> = {}): string {
  const all: Record<string, string | null> = {
    origin: `"${name}"`,
    time: `"${TIME}"`,
    temp: '50',
    humid: '40',
    ...changes,
  };
  return Object.entries(all)
    .flatMap(([key, json]) => (json === null ? [] : [`"${key}":${json}`]))
    .join(',');
}

function good(name: string, changes: Readonly<Record<string, string | null>>, reading: object): ParseCase {
  return { name, value: `{${members(name, changes)}}`, outcome: { reading } };
}

function bad(name: string, changes: Readonly<Record<string, string | null>>, reason: string): ParseCase {
  return { name, value: `{${members(name, changes)}}`, outcome: { reason } };
}

function whole(name: string, value: ParseCase['value'], reason: string): ParseCase {
  return { name, value, outcome: { reason } };
}

/** The value as a whole: must be exactly one JSON object. */
const WHOLE: readonly ParseCase[] = [
  whole('tombstone', null, 'Tombstone'),
  whole('not-utf8', Buffer.concat([Buffer.from('{"origin":"'), Buffer.of(0xff, 0xfe), Buffer.from('"}')]), 'NotUtf8'),
  whole('utf16', Buffer.from(`\ufeff{${members('x')}}`, 'utf16le'), 'NotUtf8'),
  whole('gzip', Buffer.of(0x1f, 0x8b, 8, 0, 0), 'NotUtf8'),
  whole('empty', '', 'Empty'),
  whole('blank', ' \n\t\r', 'Empty'),
  { name: 'blanks-around', value: ` \n{${members('blanks-around')}}\t\r\n`, outcome: { reading: { temperature: 10 } } },
  whole('bytes-after', `{${members('x')}} xyz`, 'NotAReading'),
  whole('object-after', `{${members('x')}}{}`, 'NotAReading'),
  whole('comma-object-after', `{${members('x')}},{}`, 'NotAReading'),
  whole('bracket-after', `{${members('x')}}]`, 'NotAReading'),
  whole('array-break-out', `{${members('x')}},7] [`, 'NotAReading'),
  whole('json-null', 'null', 'NotAReading'),
  whole('number', '5', 'NotAReading'),
  whole('string', '"x"', 'NotAReading'),
  whole('array', `[{${members('x')}}]`, 'NotAReading'),
  whole('array-of-two', `[{${members('x')}},{${members('x')}}]`, 'NotAReading'),
  whole('cut-off', `{${members('x')}`, 'NotAReading'),
  whole('unquoted-key', '{origin:"x"}', 'NotAReading'),
  whole('comment', `{/*c*/${members('x')}}`, 'NotAReading'),
  whole('trailing-comma', `{${members('x')},}`, 'NotAReading'),
  bad('leading-zero', { temp: '01' }, 'NotAReading'),
  bad('plus-sign', { temp: '+1' }, 'NotAReading'),
  bad('control-character', { origin: '"a\u0001b"' }, 'NotAReading'),
  bad('raw-newline', { origin: '"a\nb"' }, 'NotAReading'),
  whole('bom', `\ufeff{${members('x')}}`, 'NotAReading'),
  bad('thousand-digits', { temp: '9'.repeat(1_100) }, 'NotAReading'),
  bad('too-deep', { x: '['.repeat(2_000) + ']'.repeat(2_000) }, 'NotAReading'),
  bad('far-too-deep', { x: '['.repeat(100_000) + ']'.repeat(100_000) }, 'NotAReading'),
  good('deep', { x: '['.repeat(900) + ']'.repeat(900) }, { labels: { x: '['.repeat(900) + ']'.repeat(900) } }),
  whole('key-twice', `{${members('x')},"temp":99}`, 'DuplicateKey'),
  whole('extra-key-twice', `{${members('x')},"z":1,"z":2}`, 'DuplicateKey'),
  bad('nested-key-twice', { x: '{"a":1,"a":2}' }, 'NotStrictJson'),
  bad('lone-surrogate', { origin: '"\\ud800"' }, 'NotStrictJson'),
  bad('nan', { temp: 'NaN' }, 'NotStrictJson'),
  bad('infinity', { temp: '-Infinity' }, 'NotStrictJson'),
  whole('single-quotes', `{'origin':'x','time':'${TIME}','temp':1}`, 'NotStrictJson'),
];

const FIELDS: readonly ParseCase[] = [
  good(
    'plain',
    {},
    { temperature: 10, felt: 10, humidity: 40, dewPoint: -3, timestamp: '2024-03-09T00:00:00.000000Z' },
  ),
  good('exponent', { temp: '5E1' }, { temperature: 10 }),
  good('minus-zero', { temp: '-0.0', humid: '-0.0' }, { temperature: -17.777778, humidity: 0 }),
  good('measurement-null', { temp: null, humid: '7' }, { humidity: 7 }),
  good('measurement-json-null', { temp: 'null' }, { humidity: 40 }),
  bad('no-measurement', { temp: 'null', humid: null }, 'NoMeasurement'),
  bad('number-as-string', { temp: '"50"' }, 'NotAReading'),
  bad('nan-as-string', { temp: '"NaN"' }, 'NotAReading'),
  bad('true-as-number', { humid: 'true' }, 'NotAReading'),
  bad('object-as-number', { humid: '{}' }, 'NotAReading'),
  bad('list-as-number', { humid: '[1]' }, 'NotAReading'),
  bad('infinite', { humid: '1e999' }, 'OutOfRange:humidity'),
  bad('beyond-int64', { humid: '9007199254740993123' }, 'OutOfRange:humidity'),
  bad('too-cold', { temp: '-200' }, 'OutOfRange:temperature'),
  bad('too-humid', { humid: '100.000001' }, 'OutOfRange:humidity'),
  good('at-the-limit', { humid: '100', temp: '302' }, { humidity: 100, temperature: 150 }),
  good('number-as-device', { origin: '17' }, { deviceId: '17' }),
  bad('fraction-as-device', { origin: '17.5' }, 'DeviceMissing'),
  bad('true-as-device', { origin: 'true' }, 'DeviceMissing'),
  bad('object-as-device', { origin: '{"a":1}' }, 'DeviceMissing'),
  bad('device-null', { origin: 'null' }, 'DeviceMissing'),
  bad('device-empty', { origin: '""' }, 'DeviceMissing'),
  bad('device-blank', { origin: '" \\t"' }, 'DeviceMissing'),
  bad('device-too-long', { origin: `"${'é'.repeat(201)}"` }, 'DeviceMissing'),
  good('device-long', { origin: `"${'é'.repeat(200)}"` }, { deviceId: 'é'.repeat(200) }),
  bad('key-in-another-case', { origin: null, Origin: '"x"' }, 'DeviceMissing'),
  whole('empty-object', '{}', 'DeviceMissing'),
  good('text', { text: '"a \\u0000 \\"b\\""' }, { text: 'a \u0000 "b"' }),
  good('number-as-text', { text: '1.50' }, { text: '1.5' }),
  good('object-as-text', { text: '{"b":1,"a":[true]}' }, { text: '{"a":[true],"b":1}' }),
  good('text-null', { text: 'null' }, {}),
  good(
    'words',
    { text: '"The valve, 3 valves and the VALVE of Zoë: ok x1abc2, \\"Über\\"."' },
    { words: ['abc', 'valve', 'valves', 'zoë', 'über'] },
  ),
  good('words-long', { text: `"${'y'.repeat(30)} ${'z'.repeat(31)}"` }, { words: ['y'.repeat(30)] }),
  good('words-many', { text: `"${manyWords(60).join(' ')}"` }, { words: manyWords(50).toSorted() }),
  good(
    'labels',
    { room: '"north"', floor: '3', tags: '["a","b"]', open: 'true', none: 'null', 'o\'d\\"d': '1', temperature: '"x"' },
    { labels: { room: 'north', floor: '3', tags: '["a","b"]', open: 'true', 'o\'d"d': '1', temperature: 'x' } },
  ),
];

const TIMES: readonly ParseCase[] = [
  good('epoch-ms', { time: '1710000000123' }, { timestamp: '2024-03-09T16:00:00.123000Z' }),
  good('epoch-ms-as-text', { time: '"1710000000123"' }, { timestamp: '2024-03-09T16:00:00.123000Z' }),
  good('before-1970', { time: '-1' }, { timestamp: '1969-12-31T23:59:59.999000Z' }),
  good('year-1900', { time: '"1900-01-01T00:00:00Z"' }, { timestamp: '1900-01-01T00:00:00.000000Z' }),
  bad('before-1900', { time: '"1899-12-31T23:59:59.999999Z"' }, 'OutsideMonths'),
  good('zone', { time: '"2024-03-09T02:00:00.1+02:00"' }, { timestamp: '2024-03-09T00:00:00.100000Z' }),
  good('zone-without-colon', { time: '"2024-03-09 02:00+0200"' }, { timestamp: '2024-03-09T00:00:00.000000Z' }),
  good('nanoseconds', { time: '"2024-03-09T00:00:00.123456789Z"' }, { timestamp: '2024-03-09T00:00:00.123456Z' }),
  bad('epoch-fraction', { time: '1710000000000.5' }, 'BadTimestamp'),
  bad('epoch-too-long', { time: '1710000000000000000' }, 'BadTimestamp'),
  bad('no-time', { time: null }, 'BadTimestamp'),
  bad('time-true', { time: 'true' }, 'BadTimestamp'),
  ...[
    ['no-zone', '2024-03-09T00:00:00'],
    ['date-only', '2024-03-09'],
    ['year-only', '2024'],
    ['time-only', '12:00'],
    ['time-only-zone', '12:00Z'],
    ['zone-name', '2024-03-09T00:00:00 Europe/Paris'],
    ['lower-case', '2024-03-09t00:00:00z'],
    ['february-30', '2024-02-30T00:00:00Z'],
    ['hour-24', '2024-03-09T24:00:00Z'],
    ['second-60', '2023-12-31T23:59:60Z'],
    ['line-break-after', '2024-03-09T00:00:00Z\\n'],
    ['year-0999', '0999-12-31T23:59:59Z'],
    ['year-99999', '99999-01-01T00:00:00Z'],
    ['no-time-at-all', 'yesterday'],
  ].map(([name = '', time = '']) => bad(name, { time: `"${time}"` }, 'BadTimestamp')),
];

const IDS: readonly ParseCase[] = [
  {
    name: 'id-of-payload',
    value: `{${members('id-of-payload', { eventId: '"given-1"' })}}`,
    headers: {},
    outcome: { reading: {}, id: 'given-1' },
  },
  {
    name: 'id-of-header-wins',
    value: `{${members('id-of-header-wins', { eventId: '17' })}}`,
    headers: { 'event-id': 'given-2' },
    outcome: { reading: {}, id: 'given-2' },
  },
  {
    name: 'no-id',
    value: `{${members('no-id', { eventId: 'null' })}}`,
    headers: {},
    outcome: { reading: {}, id: null },
  },
  ...(
    [
      ['payload-id-empty', '""'],
      ['payload-id-long', `"${'é'.repeat(201)}"`],
      ['payload-id-number', '17'],
      ['payload-id-object', '{}'],
    ] as const
  ).map(([name, eventId]) => ({
    name,
    value: `{${members(name, { eventId })}}`,
    headers: {},
    outcome: { reason: 'BadEventId', id: null },
  })),
  ...(
    [
      ['header-id-empty', ''],
      ['header-id-long', 'x'.repeat(401)],
      ['header-id-not-utf8', Buffer.of(0xc3, 0x28)],
    ] as const
  ).map(([name, id]) => ({
    name,
    value: `{${members(name, { eventId: '"not looked at"' })}}`,
    headers: { 'event-id': id },
    outcome: { reason: 'BadEventId', id: null },
  })),
  {
    name: 'header-id-of-400-bytes',
    value: `{${members('header-id-of-400-bytes')}}`,
    headers: { 'event-id': 'é'.repeat(200) },
    outcome: { reading: {}, id: 'é'.repeat(200) },
  },
  {
    name: 'dead-with-payload-id',
    value: `{${members('dead-with-payload-id', { eventId: '"given-3"', time: '"12:00"' })}}`,
    headers: {},
    outcome: { reason: 'BadTimestamp', id: 'given-3' },
  },
  {
    name: 'unread-payload-id',
    value: `{${members('unread-payload-id', { eventId: '"given-4"' })}} xyz`,
    headers: {},
    outcome: { reason: 'NotAReading', id: null },
  },
];

const SIZES: readonly ParseCase[] = [
  good('large-text', { text: `"${'x'.repeat(MEGABYTE)}"` }, { text: 'x'.repeat(MEGABYTE) }),
  good('large-escapes', { text: `"${'\\u0001'.repeat(MEGABYTE / 6)}"` }, { text: '\u0001'.repeat(MEGABYTE / 6) }),
  good('large-label', { x: `["${'\\"'.repeat(MEGABYTE / 2)}"]` }, {}),
  whole('large-malformed', `{"origin":"${'x'.repeat(MEGABYTE)}`, 'NotAReading'),
  whole('large-binary', Buffer.alloc(MEGABYTE, 0xff), 'NotUtf8'),
  bad('large-device', { origin: `"${'x'.repeat(MEGABYTE)}"` }, 'DeviceMissing'),
];

/** Every leniency of Spark's JSON functions that the job decides, one record each. */
export const PARSE_CASES: readonly ParseCase[] = [...WHOLE, ...FIELDS, ...TIMES, ...IDS, ...SIZES];
