import { bad, good, type ParseCase } from './parse-case';

const MIDNIGHT = '2024-03-09T00:00:00.000000Z';

/** Spellings of ISO 8601 with a zone, and the instants that they mean. */
const SPELLINGS: Readonly<Record<string, string>> = {
  '2024-03-09T02:00:00.1+02:00': '2024-03-09T00:00:00.100000Z',
  '2024-03-09 02:00+0200': MIDNIGHT,
  '2024-03-09T00:00:00.123456789Z': '2024-03-09T00:00:00.123456Z',
  // RFC 3339.
  '2024-03-09t00:00:00z': MIDNIGHT,
  '2024-03-08T18:30:00-05:30': MIDNIGHT,
  // PostgreSQL.
  '2024-03-09 00:00:00+00': MIDNIGHT,
  '2024-03-09 05:45:00.25+05:45': '2024-03-09T00:00:00.250000Z',
  '1901-01-01 00:53:28+00:53:28': '1901-01-01T00:00:00.000000Z',
  // Go.
  '2024-03-09 00:00:00 +0000': MIDNIGHT,
  '2024-03-09 00:00:00 +0000 UTC': MIDNIGHT,
  '2024-03-09 01:00:00.5 +0100 CET m=+0.000000001': '2024-03-09T00:00:00.500000Z',
  '2024-03-09 03:00:00 +0300 +03': MIDNIGHT,
  // Ruby, Python's logging, and blanks around.
  '2024-03-09 00:00:00 UTC': MIDNIGHT,
  '2024-03-09 00:00:00,123 GMT': '2024-03-09T00:00:00.123000Z',
  ' 2024-03-09T00:00:00Z\\n': MIDNIGHT,
};

const BAD: Readonly<Record<string, string>> = {
  'no-zone': '2024-03-09T00:00:00',
  'date-only': '2024-03-09',
  'time-only': '12:00',
  'time-only-zone': '12:00Z',
  'zone-name': '2024-03-09T00:00:00 Europe/Paris',
  'short-offset': '2024-03-09T00:00:00+2',
  'large-offset': '2024-03-09T00:00:00+18:01',
  'before-christ': '1200-03-09 00:00:00+00 BC',
  afternoon: '2024-03-09 02:00:00+00 PM',
  'february-30': '2024-02-30T00:00:00Z',
  'hour-24': '2024-03-09T24:00:00Z',
  'second-60': '2023-12-31T23:59:60Z',
  'two-lines': '2024-03-09T00:00:00Z\\n2024-03-09T00:00:00Z',
  'year-0999': '0999-12-31T23:59:59Z',
  'year-99999': '99999-01-01T00:00:00Z',
  'no-time-at-all': 'yesterday',
  'blank-time': ' ',
};

/** JSON of numbers without a unit that are no milliseconds of the years 2001 to 2099. */
const AMBIGUOUS: readonly string[] = [
  ...[
    '1594512094',
    '"1594512094"',
    '"1.5945120900000004E9"',
    '1594512094.5',
    '-1',
    '0',
    '2024',
    '"2024"',
    '"20240309"',
  ],
  ...[
    '978307199999',
    '4102444800000',
    '"4102444800000"',
    '1710000000000.5',
    '1710000000000000',
    '1e300',
    '"1e999999999"',
  ],
  ...['1710000000000000000', '99999999999999999999', '"99999999999999999999"', '"9223372036854775808"'],
];

/** What the job reads as a timestamp, if the input has no options for it. */
export const TIME_CASES: readonly ParseCase[] = [
  good('epoch-ms', { time: '1710000000123' }, { timestamp: '2024-03-09T16:00:00.123000Z' }),
  good('epoch-ms-as-text', { time: '"1710000000123"' }, { timestamp: '2024-03-09T16:00:00.123000Z' }),
  good('epoch-ms-first', { time: '978307200000' }, { timestamp: '2001-01-01T00:00:00.000000Z' }),
  good('before-1970', { time: '"1969-12-31T23:59:59.999Z"' }, { timestamp: '1969-12-31T23:59:59.999000Z' }),
  bad('before-1900', { time: '"1899-12-31T23:59:59.999999Z"' }, 'OutsideMonths'),
  ...Object.entries(SPELLINGS).map(([text, timestamp]) => good(`iso-${text}`, { time: `"${text}"` }, { timestamp })),
  good('year-1900', { time: '"1900-01-01T00:00:00Z"' }, { timestamp: '1900-01-01T00:00:00.000000Z' }),
  ...Object.entries(BAD).map(([name, text]) => bad(name, { time: `"${text}"` }, 'BadTimestamp')),
  bad('no-time', { time: null }, 'BadTimestamp'),
  bad('time-null', { time: 'null' }, 'BadTimestamp'),
  bad('time-true', { time: 'true' }, 'BadTimestamp'),
  bad('time-object', { time: '{"$date":"2024-03-09T00:00:00Z"}' }, 'BadTimestamp'),
  ...AMBIGUOUS.map((json) => bad(`number-${json.replaceAll('"', "'")}`, { time: json }, 'AmbiguousTimestamp')),
];
