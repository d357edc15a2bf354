/** Values of a record's fields, and the reading or the dead letter that they become. */
type OptionCase = readonly [record: object, expected: Expected];

interface Expected {
  readonly timestamp?: string;
  readonly temperature?: number;
  readonly humidity?: number;
  readonly reason?: string;
  /** No measurement has a value. */
  readonly absent?: true;
  /** A part of it. */
  readonly detail?: string;
}

/** Options of a source, and records that need them. */
interface OptionSet {
  readonly options: object;
  readonly cases: readonly OptionCase[];
}

const BALCONY = { deviceId: 'balcony', temperature: 8, humidity: 70 };

/** A record with only another timestamp than the others, and what it becomes. */
function at(timestamp: unknown, instant: string): OptionCase {
  return [
    { ...BALCONY, timestamp },
    { timestamp: instant, temperature: 8, humidity: 70 },
  ];
}

function badAt(timestamp: unknown, detail: string): OptionCase {
  return [
    { ...BALCONY, timestamp },
    { reason: 'BadTimestamp', detail },
  ];
}

function times(options: object, cases: readonly OptionCase[]): OptionSet {
  return { options: { fields: { timestamp: { column: 'timestamp', ...options } } }, cases };
}

const SKIPPED = 'column "timestamp" (timestamp), got a local time that does not exist in Europe/Berlin';

const ZONES: Readonly<Record<string, OptionSet>> = {
  'local times of a zone': times({ zone: 'Europe/Berlin' }, [
    at('2026-03-29 01:30:00', '2026-03-29T00:30:00.000000Z'),
    badAt('2026-03-29 02:00:00', SKIPPED),
    badAt('2026-03-29T02:59:59.999', SKIPPED),
    at('2026-03-29T03:00', '2026-03-29T01:00:00.000000Z'),
    at('2025-10-26 02:30:00', '2025-10-26T00:30:00.000000Z'),
    at('2025-10-26 03:00:00', '2025-10-26T02:00:00.000000Z'),
    at('2026-01-05T00:00:00-05:00', '2026-01-05T05:00:00.000000Z'),
    badAt('2026-01-05', 'got text in another form'),
  ]),
  'the later of two local times': times({ zone: 'America/New_York', ambiguous: 'later' }, [
    at('2025-11-02 01:30:00', '2025-11-02T06:30:00.000000Z'),
    at('2025-11-02 00:59:59.5', '2025-11-02T04:59:59.500000Z'),
    badAt('2026-03-08 02:15:00', 'does not exist in America/New_York'),
  ]),
  'local times of an offset': times({ zone: '-03:30' }, [at('2026-01-05 00:00', '2026-01-05T03:30:00.000000Z')]),
};

const FORMATS: Readonly<Record<string, OptionSet>> = {
  'seconds since 1970': {
    options: { fields: { deviceId: 'device', timestamp: { column: 'ts', format: 's' }, temperature: 'temp' } },
    cases: [
      ...(
        [
          ['1594512094', '2020-07-12T00:01:34.000000Z'],
          ['1.5945120900000004E9', '2020-07-12T00:01:30.000000Z'],
          ['1.5945120910000034E9', '2020-07-12T00:01:31.000003Z'],
          [1594512094, '2020-07-12T00:01:34.000000Z'],
          [1594512094.25, '2020-07-12T00:01:34.250000Z'],
          ['-1.5', '1969-12-31T23:59:58.500000Z'],
        ] as const
      ).map(([ts, timestamp]): OptionCase => [
        { ts, device: 'b8:27:eb:bf:9d:51', temp: '22.0', humidity: '51.0' },
        { timestamp, temperature: 22, humidity: 51 },
      ]),
      ...['2020-07-12T00:01:34Z', '1e20', '1e-20', '1e9999999999', '1,5'].map((ts): OptionCase => [
        { ts, device: 'a', temp: 22 },
        { reason: 'BadTimestamp', detail: 'expected a number of s since 1970 in column "ts" (timestamp), got text' },
      ]),
    ],
  },
  'milliseconds since 1970': times({ format: 'ms' }, [
    at(1594512094385, '2020-07-12T00:01:34.385000Z'),
    at('1594512094385.9746', '2020-07-12T00:01:34.385974Z'),
    at(0, '1970-01-01T00:00:00.000000Z'),
  ]),
  'microseconds since 1970': times({ format: 'us' }, [at('1594512094385974', '2020-07-12T00:01:34.385974Z')]),
  'nanoseconds since 1970': times({ format: 'ns' }, [
    at('1594512094385974612', '2020-07-12T00:01:34.385974Z'),
    badAt(true, 'got true or false'),
  ]),
  'RFC 1123': times({ format: 'rfc1123' }, [
    at('Sun, 12 Jul 2020 00:01:34 GMT', '2020-07-12T00:01:34.000000Z'),
    at('12 Jul 2020 02:01 +0200', '2020-07-12T00:01:00.000000Z'),
    at('Sun, 12 Jul 2020 00:01:34 UTC', '2020-07-12T00:01:34.000000Z'),
    badAt('Mon, 12 Jul 2020 00:01:34 GMT', 'expected RFC 1123 in column'),
    badAt('30 Feb 2020 00:01:34 GMT', 'got text in another form'),
  ]),
  'a pattern, and a zone': times({ format: 'd.M.yyyy H:mm[:ss]', zone: 'Europe/Berlin' }, [
    at('12.07.2020 02:01:34', '2020-07-12T00:01:34.000000Z'),
    at('5.1.2026 0:00', '2026-01-04T23:00:00.000000Z'),
    badAt('29.03.2026 02:30', SKIPPED),
    badAt('31.02.2020 00:00', 'expected the pattern d.M.yyyy H:mm[:ss] in column'),
    badAt(1594512094385, 'got a number'),
  ]),
  'a pattern of twelve hours': times({ format: 'MM/dd/yy hh:mm:ss a', zone: '+02:00' }, [
    at('07/12/20 02:01:34 PM', '2020-07-12T12:01:34.000000Z'),
    at('07/12/20 12:00:00 am', '2020-07-11T22:00:00.000000Z'),
    badAt('07/12/20 13:01:34 PM', 'got text in another form'),
  ]),
  'a pattern with names of the zone': times({ format: 'd MMM yyyy HH:mm z', zone: 'Europe/Berlin' }, [
    at('5 Jan 2026 00:00 CET', '2026-01-04T23:00:00.000000Z'),
    at('5 Jul 2026 00:00cest', '2026-07-04T22:00:00.000000Z'),
    at('26 Oct 2025 02:30 CEST', '2025-10-26T00:30:00.000000Z'),
    at('26 Oct 2025 02:30 CET', '2025-10-26T01:30:00.000000Z'),
    badAt('5 Jul 2026 00:00 CET', 'the name of a zone that Europe/Berlin does not have at that time'),
    badAt('5 Jul 2026 00:00 EST', 'the name of a zone that Europe/Berlin does not have at that time'),
    badAt('29 Mar 2026 02:30 CEST', SKIPPED),
    badAt('5 Jan 2026 00:00', 'expected the pattern d MMM yyyy HH:mm z in column'),
  ]),
  'a pattern and the place of each time': times({ format: 'yyyy-MM-dd HH:mm VV' }, [
    at('2026-01-05 00:00 Europe/Berlin', '2026-01-04T23:00:00.000000Z'),
    at('2026-01-05 00:00 +05:30', '2026-01-04T18:30:00.000000Z'),
    at('2026-01-05 00:00 UTC', '2026-01-05T00:00:00.000000Z'),
    badAt('2026-01-05 00:00 EST', 'got text in another form'),
  ]),
  'a pattern with its own zone, and dates': times({ format: "yyyyMMdd['T'HHmmss[X]]", zone: 'Asia/Tokyo' }, [
    at('20200712T000134Z', '2020-07-12T00:01:34.000000Z'),
    at('20200712T090134', '2020-07-12T00:01:34.000000Z'),
    at('20200712', '2020-07-11T15:00:00.000000Z'),
  ]),
};

const cellar = (temperature: unknown, humidity: unknown, expected: Expected): OptionCase => [
  { timestamp: '2026-01-05T00:00:00+01:00', deviceId: 'Keller', temperature, humidity },
  'reason' in expected || 'absent' in expected ? expected : { timestamp: '2026-01-04T23:00:00.000000Z', ...expected },
];

const NUMBERS: Readonly<Record<string, OptionSet>> = {
  'a decimal comma, and values that stand for none': {
    options: {
      numbers: { decimal: ',', absent: [-999, 'Defekt', '-99,9'] },
      fields: { humidity: { column: 'humidity', absent: [-1] } },
    },
    cases: [
      cellar('18,0', '50,5', { temperature: 18, humidity: 50.5 }),
      cellar('-1', '2', { temperature: -1, humidity: 2 }),
      cellar('1,85e1', 50.5, { temperature: 18.5, humidity: 50.5 }),
      cellar('-999', '51,5', { humidity: 51.5 }),
      cellar(-999, '51,5', { humidity: 51.5 }),
      cellar(' -999,00 ', '51,5', { humidity: 51.5 }),
      cellar(-99.9, '51,5', { humidity: 51.5 }),
      cellar('defekt', '51,5', { humidity: 51.5 }),
      cellar('n/a', '51,5', { humidity: 51.5 }),
      cellar('18,5', '-1', { temperature: 18.5 }),
      cellar('-999', -1, { absent: true }),
      cellar('1.018,5', '51,5', { reason: 'NotANumber:temperature', detail: 'column "temperature" (temperature)' }),
      cellar('1.018', '51,5', { reason: 'NotANumber:temperature', detail: 'decimal sign . or digits in groups: see' }),
      ...['1.234.567', '1 018,5', '1\u00a0018,5', '1\u202f018,5', "1'018", '1\u2019018,5'].map((text) =>
        cellar(text, '51,5', { reason: 'NotANumber:temperature', detail: 'got text with digits in groups, which' }),
      ),
      cellar('\u22125,5', '51,5', { reason: 'NotANumber:temperature', detail: 'a minus sign that is no hyphen' }),
      cellar('18,5', '51.5', { reason: 'NotANumber:humidity', detail: 'set source.numbers.decimal' }),
    ],
  },
  'digits in groups as none': {
    options: {},
    cases: [
      cellar('1,018', 51.5, { reason: 'NotANumber:temperature', detail: 'decimal sign , or digits in groups: see' }),
      cellar('1,018.5', 51.5, { reason: 'NotANumber:temperature', detail: 'got text with digits in groups, which' }),
      cellar('1,5', 51.5, { reason: 'NotANumber:temperature', detail: 'decimal sign ,: set source.numbers.decimal' }),
    ],
  },
  'a decimal comma of one measurement': {
    options: { fields: { temperature: { column: 'temperature', unit: '°F', decimal: ',', absent: ['32,9'] } } },
    cases: [
      cellar('50,0', '50.5', { temperature: 10, humidity: 50.5 }),
      cellar('32,9', '50.5', { humidity: 50.5 }),
      cellar('50,0', '50,5', { reason: 'NotANumber:humidity', detail: 'text with the decimal sign ,' }),
    ],
  },
};

export const OPTION_SETS: Readonly<Record<string, OptionSet>> = { ...ZONES, ...FORMATS, ...NUMBERS };
