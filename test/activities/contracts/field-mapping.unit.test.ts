import {
  fieldMappingSchema,
  mappedHeaders,
  mappingProblems,
  resolveFieldMapping,
  type FieldMapping,
} from '../../../activities/contracts/field-mapping';
import type { FieldPlace } from '../../../activities/contracts/field-place';
import type { LongFormat } from '../../../activities/contracts/long-format';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { numbersSchema } from '../../../activities/contracts/number-reading';
import type { RecordSource } from '../../../activities/contracts/place-problems';

function at(...path: string[]): FieldPlace {
  return { kind: 'value', path };
}

function problemsOf(fields: unknown, source: RecordSource = 'topic', long?: LongFormat): string[] {
  return mappingProblems({ fields: fieldMappingSchema.parse(fields), long }, source, DEFAULT_MEASUREMENTS);
}

function resolved(fields: unknown, options: { long?: LongFormat; numbers?: unknown } = {}): FieldMapping {
  const numbers = numbersSchema.parse(options.numbers);
  return resolveFieldMapping(
    { fields: fieldMappingSchema.parse(fields), long: options.long, numbers },
    DEFAULT_MEASUREMENTS,
  );
}

function problemsOfTime(options: object): string[] {
  return problemsOf({ timestamp: { column: 'at', ...options } });
}

describe('a field mapping', () => {
  it('reads ISO 8601 with a zone and decimal points if it has no options', () => {
    const { timestamp, time, measurements } = resolved({ timestamp: 'at' });
    expect({ timestamp, time }).toEqual({
      timestamp: at('at'),
      time: { format: 'iso', zone: null, ambiguous: 'earlier' },
    });
    expect(measurements.map(({ decimal, absent }) => ({ decimal, absent }))).toEqual([
      { decimal: '.', absent: [] },
      { decimal: '.', absent: [] },
    ]);
  });

  it('prefers the options of a measurement, and adds its marks of absence to those of all', () => {
    const given = { temperature: { column: 't', decimal: '.', absent: ['none yet'] } };
    const numbers = { decimal: ',', absent: [-999, -99.9] };
    const [temperature, humidity] = resolved(given, { numbers }).measurements;
    expect(temperature).toMatchObject({ place: at('t'), decimal: '.', absent: ['-999', '-99.9', 'none yet'] });
    expect(humidity).toMatchObject({ place: at('humidity'), decimal: ',', absent: ['-999', '-99.9'] });
  });

  it('spells the name of a zone as the tz database does', () => {
    expect(resolved({ timestamp: { zone: 'europe/berlin' } }).time.zone).toBe('Europe/Berlin');
  });

  it('accepts formats, patterns and zones that exist', () => {
    const accepted = [
      ...['iso', 's', 'ms', 'us', 'ns', 'rfc1123'].map((format) => ({ format })),
      ...['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', '+01:00', '-0330'].map((zone) => ({ zone })),
      { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin', ambiguous: 'later' },
      { format: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" },
      { format: "EEE d MMM uuuu h 'o''clock' a XXX" },
      { format: 'yyyyDDD', zone: 'UTC' },
    ];
    expect(accepted.flatMap(problemsOfTime)).toEqual([]);
  });

  it.each([
    [{ format: 'unix' }, /^source\.fields\.timestamp\.format: expected iso, s, ms.* got unix$/],
    [{ format: 'YYYY-MM-dd', zone: 'UTC' }, /with yyyy, since YYYY is the year of a week, got YYYY-MM-dd/],
    [{ format: 'HH:mm', zone: 'UTC' }, /with year, month and day/],
    [{ format: 'yyyy-MM-dd z HH:mm', zone: 'Europe/Berlin' }, /no other letters than .* a z at its end/],
    [{ format: 'yyyy-MM-dd HH:mm z' }, /zone: expected an IANA name, whose names such as CET and CEST/],
    [{ format: 'yyyy-MM-dd HH:mm z', zone: '+01:00' }, /zone: expected an IANA name/],
    [{ format: 'dd.MM.yyyy hh:mm', zone: 'UTC' }, /with HH, or with a beside hh/],
    [{ format: 'yyyy-MM-ddTHH:mm', zone: 'UTC' }, /no other letters than .* texts in quotes/],
    [{ format: "yyyy-MM-dd'T", zone: 'UTC' }, /with a second ' for each one/],
    [{ format: 'dd.MM.yyyy HH:mm' }, /^source\.fields\.timestamp\.zone: expected the zone/],
    [{ zone: 'Europe/Berlinn' }, /^source\.fields\.timestamp\.zone: .* Europe\/Berlin or .* got Europe\/Berlinn$/],
    [{ zone: 'PST' }, /got PST$/],
    [{ zone: '+25:00' }, /got \+25:00$/],
    [{ format: 's', zone: 'Europe/Berlin' }, /\.zone: expected none, since every timestamp of the format s has one/],
    [{ decimal: ',' }, /^source\.fields\.timestamp: expected no options but format, zone, ambiguous, got decimal$/],
  ])('refuses %j of a timestamp and says what is expected', (options, problem) => {
    expect(problemsOfTime(options)).toEqual([expect.stringMatching(problem) as string]);
  });

  it('refuses options that a field does not have', () => {
    expect(problemsOf({ deviceId: { column: 'd', unit: 'm' }, humidity: { column: 'h', zone: 'UTC' } })).toEqual([
      'source.fields.deviceId: expected a place without options, got unit',
      'source.fields.humidity: expected no options but unit, decimal, absent, names, got zone',
    ]);
  });
});

describe('the place of a field', () => {
  it('is the column of its own name, also if only options are given', () => {
    const { deviceId, timestamp, measurements } = resolved({ timestamp: { format: 's' }, humidity: { unit: 'ratio' } });
    expect([deviceId, timestamp, ...measurements.map(({ place }) => place)]).toEqual(
      ['deviceId', 'timestamp', 'temperature', 'humidity'].map((name) => at(name)),
    );
  });

  it('is read from a path with points, a list of names, the key, a header, a constant or several together', () => {
    const mapping = resolved({
      deviceId: { join: ['building', { path: 'room.no' }, { constant: 'x' }] },
      timestamp: { join: ['Date', 'Time'] },
      text: { header: 'note' },
      eventId: { join: [{ key: true }, { key: 'payload.seq' }], separator: ':' },
      temperature: { path: 'values.0.temperature' },
      humidity: { path: ['values', 'rel.humidity'] },
    });
    expect(mapping).toMatchObject({
      deviceId: { kind: 'join', parts: [at('building'), at('room', 'no'), { kind: 'constant', text: 'x' }] },
      timestamp: { kind: 'join', parts: [at('Date'), at('Time')], separator: ' ' },
      text: { kind: 'header', name: 'note' },
      eventId: {
        parts: [
          { kind: 'key', path: [] },
          { kind: 'key', path: ['payload', 'seq'] },
        ],
        separator: ':',
      },
      measurements: [{ place: at('values', '0', 'temperature') }, { place: at('values', 'rel.humidity') }],
    });
    expect(mapping.deviceId).toHaveProperty('separator', '|');
    expect(mappedHeaders(mapping)).toEqual(['note']);
  });

  it.each([
    [{ deviceId: { column: 'a', path: 'b.c' } }, 'deviceId: expected one place, got column and path: keep one of them'],
    [{ deviceId: { join: [] } }, 'deviceId.join: expected at least one place, got none'],
    [{ deviceId: { join: [{}, 'b'] } }, 'deviceId.join[0]: expected one place, got none'],
    [
      { deviceId: { join: ['a', { column: 'b', header: 'c' }] } },
      'deviceId.join[1]: expected one place, got column and header: keep one of them',
    ],
    [
      { deviceId: { join: [{ constant: 'a' }] } },
      'deviceId.join: expected at least one place that is no constant, got only constants',
    ],
    [
      { deviceId: { join: ['a', 'b'], separator: '' } },
      'deviceId.separator: expected one character other than a backslash in an id, got ""',
    ],
    [
      { eventId: { join: ['a', 'b'], separator: '\\' } },
      'eventId.separator: expected one character other than a backslash in an id, got "\\\\"',
    ],
    [{ deviceId: { column: 'a', separator: '-' } }, 'deviceId.separator: expected none, since there is no join'],
    [{ timestamp: { constant: 'now' } }, 'timestamp: expected one of column, path, key, header, join, got constant'],
    [{ eventId: { constant: '1' } }, 'eventId: expected one of column, path, key, header, join, got constant'],
    [{ humidity: { constant: '1' } }, 'humidity: expected one of column, path, key, header, got constant'],
    [{ humidity: { join: ['a', 'b'] } }, 'humidity: expected one of column, path, key, header, got join'],
    [{ humidity: { path: 'values..h' } }, 'humidity.path: expected a name between two points, got values..h'],
    [{ deviceId: { key: '.id' } }, 'deviceId.key: expected a name between two points, got .id'],
    [
      { humidity: { names: ['h'] } },
      'humidity.names: expected none without source.long, which says where names and values stand',
    ],
    [{ text: { names: ['h'] } }, 'text: expected a place without options, got names'],
  ])('is refused if it is %j', (fields, problem) => {
    expect(problemsOf(fields)).toEqual([`source.fields.${problem}`]);
  });

  it('has neither a key nor a header in the rows of a file, nor a path in a CSV', () => {
    expect(problemsOf({ deviceId: { key: true }, text: { join: ['a', { header: 'h' }] } }, 'ndjson')).toEqual([
      'source.fields.deviceId.key: expected a column, since the rows of a file have no key',
      'source.fields.text.join[1].header: expected a column, since the rows of a file have no header',
    ]);
    expect(problemsOf({ humidity: { path: 'a.b' }, temperature: { path: ['a.b'] } }, 'csv')).toEqual([
      'source.fields.humidity.path: expected a column, since a CSV has no fields inside of others; a name with points ' +
        'is a column',
    ]);
    expect(problemsOf({ humidity: { path: 'a.b' } }, 'ndjson')).toEqual([]);
  });
});

describe('the long format', () => {
  const long = { name: 'entity_id', value: { path: 'state.value' } };

  it('reads every measurement from one place, by its own name or those that are given', () => {
    const fields = { temperature: { names: ['sensor.living_temperature', '*_temperature'], unit: '°F' } };
    const { measurementName, measurements } = resolved(fields, { long });
    expect(measurementName).toEqual(at('entity_id'));
    expect(measurements.map(({ place, names }) => ({ place, names }))).toEqual([
      { place: at('state', 'value'), names: ['sensor.living_temperature', '*_temperature'] },
      { place: at('state', 'value'), names: ['humidity'] },
    ]);
    expect(problemsOf(fields, 'topic', long)).toEqual([]);
  });

  it('is refused with a place for one measurement, with names twice or none, and with a constant for a name', () => {
    expect(problemsOf({ temperature: 't', humidity: { names: [] } }, 'topic', long)).toEqual([
      'source.fields.temperature: expected names instead of a place, since source.long has one for all, got column',
      'source.fields.humidity.names: expected at least one name, got none',
    ]);
    const [names, bad] = [{ temperature: { names: ['t', 'humidity'] } }, { name: { constant: 't' }, value: {} }];
    expect(problemsOf(names, 'csv', bad)).toEqual([
      'source.long.name: expected one of column, path, key, header, join, got constant',
      'source.long.value: expected one place, got none',
      'source.fields.humidity.names: expected other names than those of temperature',
    ]);
  });
});
