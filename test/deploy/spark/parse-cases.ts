import { framed } from '../../support/framed';
import { bad, good, members, TIME, whole, type ParseCase } from './parse-case';
import { NUMBER_CASES } from './number-cases';
import { TIME_CASES } from './time-cases';

const MEGABYTE = 1_000_000;

/** Different words of three letters, in reverse alphabetical order. */
function manyWords(count: number): string[] {
  const letter = (n: number) => String.fromCharCode('a'.charCodeAt(0) + n);
  return Array.from({ length: count }, (_, n) => `x${letter(25 - Math.floor(n / 26))}${letter(25 - (n % 26))}`);
}

/** The value as a whole: must be exactly one JSON object. */
const WHOLE: readonly ParseCase[] = [
  whole('tombstone', null, 'Tombstone'),
  whole('not-utf8', Buffer.concat([Buffer.from('{"origin":"'), Buffer.of(0xff, 0xfe), Buffer.from('"}')]), 'NotUtf8'),
  whole('utf16', Buffer.from(`\ufeff{${members('x')}}`, 'utf16le'), 'NotUtf8'),
  whole('framed-avro', framed(42, Buffer.from('0661626302000000a441', 'hex')), 'SchemaRegistryFraming'),
  whole('framed-json-schema', framed(70_000, `{${members('x')}}`), 'SchemaRegistryFraming'),
  whole('zeros', Buffer.alloc(64), 'NotAReading'),
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
  {
    name: 'id-is-a-number',
    value: `{${members('id-is-a-number', { eventId: '9007199254740993' })}}`,
    headers: {},
    outcome: { reading: {}, id: '9007199254740993' },
  },
  ...(
    [
      ['payload-id-empty', '""'],
      ['payload-id-long', `"${'é'.repeat(201)}"`],
      ['payload-id-fraction', '17.0'],
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
export const PARSE_CASES: readonly ParseCase[] = [
  ...WHOLE,
  ...FIELDS,
  ...NUMBER_CASES,
  ...TIME_CASES,
  ...IDS,
  ...SIZES,
];
