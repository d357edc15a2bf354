import { absent, bad, good, type ParseCase } from './parse-case';

/** The default marks of absence. */
const ABSENT = ['', ' \\t', 'NA', 'n/a', 'NaN', 'NULL', 'None', '-', ' unknown ', 'Unavailable'];
const NOT_NUMBERS = [
  'hot',
  '1 000',
  '1,000.5',
  '20,5',
  '21.5 °C',
  '1_000',
  '0x10',
  'Infinity',
  '.',
  '+',
  '1e',
  '1.2.3',
];

const quoted = (text: string): string => `"${text}"`;

/** What the job reads as the number of a measurement, if the input has no options for it. */
export const NUMBER_CASES: readonly ParseCase[] = [
  good('exponent', { temp: '5E1' }, { temperature: 10 }),
  good('minus-zero', { temp: '-0.0', humid: '-0.0' }, { temperature: -17.777778, humidity: 0 }),
  good('measurement-null', { temp: null, humid: '7' }, { humidity: 7 }),
  good('measurement-json-null', { temp: 'null' }, { humidity: 40 }),
  absent('no-measurement', { temp: 'null', humid: null }),
  absent('all-absent', { temp: '"unavailable"', humid: '"-"' }),
  bad('all-absent-without-device', { temp: null, humid: null, origin: null }, 'DeviceMissing'),
  bad('all-absent-without-time', { temp: null, humid: null, time: null }, 'BadTimestamp'),
  ...(
    [
      ['50', 10],
      [' +50.0\\n', 10],
      ['050', 10],
      ['5e1', 10],
      ['.5E+2', 10],
      ['-40.', -40],
    ] as const
  ).map(([text, temperature]) => good(`text-${text}`, { temp: quoted(text) }, { temperature, humidity: 40 })),
  ...ABSENT.map((mark) => good(`absent-${mark}`, { temp: quoted(mark) }, { humidity: 40 })),
  ...NOT_NUMBERS.map((text) => bad(`not-${text}`, { temp: quoted(text) }, 'NotANumber:temperature')),
  bad('true-as-number', { humid: 'true' }, 'NotANumber:humidity'),
  bad('object-as-number', { humid: '{}' }, 'NotANumber:humidity'),
  bad('list-as-number', { humid: '[1]' }, 'NotANumber:humidity'),
  bad('infinite', { humid: '1e999' }, 'OutOfRange:humidity'),
  bad('infinite-as-text', { humid: '"1e999"' }, 'OutOfRange:humidity'),
  bad('beyond-int64', { humid: '9007199254740993123' }, 'OutOfRange:humidity'),
  bad('too-cold', { temp: '-200' }, 'OutOfRange:temperature'),
  bad('too-humid', { humid: '100.000001' }, 'OutOfRange:humidity'),
  good('at-the-limit', { humid: '100', temp: '302' }, { humidity: 100, temperature: 150 }),
];
