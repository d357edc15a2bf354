import { fieldMappingSchema, mappingProblems, resolveFieldMapping } from '../../../activities/contracts/field-mapping';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { numbersSchema } from '../../../activities/contracts/number-reading';

function problemsOf(fields: unknown): string[] {
  return mappingProblems(fieldMappingSchema.parse(fields), DEFAULT_MEASUREMENTS);
}

function problemsOfTime(options: object): string[] {
  return problemsOf({ timestamp: { column: 'at', ...options } });
}

describe('a field mapping', () => {
  it('reads ISO 8601 with a zone and decimal points if it has no options', () => {
    const { timestamp, time, measurements } = resolveFieldMapping({ timestamp: 'at' }, DEFAULT_MEASUREMENTS);
    expect({ timestamp, time }).toEqual({
      timestamp: 'at',
      time: { format: 'iso', zone: null, ambiguous: 'earlier' },
    });
    expect(measurements.map(({ decimal, absent }) => ({ decimal, absent }))).toEqual([
      { decimal: '.', absent: [] },
      { decimal: '.', absent: [] },
    ]);
  });

  it('prefers the options of a measurement, and adds its marks of absence to those of all', () => {
    const given = fieldMappingSchema.parse({ temperature: { column: 't', decimal: '.', absent: ['none yet'] } });
    const numbers = numbersSchema.parse({ decimal: ',', absent: [-999, -99.9] });
    const [temperature, humidity] = resolveFieldMapping(given, DEFAULT_MEASUREMENTS, numbers).measurements;
    expect(temperature).toMatchObject({ column: 't', decimal: '.', absent: ['-999', '-99.9', 'none yet'] });
    expect(humidity).toMatchObject({ column: 'humidity', decimal: ',', absent: ['-999', '-99.9'] });
  });

  it('spells the name of a zone as the tz database does', () => {
    const given = { timestamp: { column: 'at', zone: 'europe/berlin' } };
    expect(resolveFieldMapping(given, DEFAULT_MEASUREMENTS).time.zone).toBe('Europe/Berlin');
  });

  it('accepts formats, patterns and zones that exist', () => {
    const accepted = [
      ...['iso', 's', 'ms', 'us', 'ns', 'rfc1123'].map((format) => ({ format })),
      ...['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', '+01:00', '-0330'].map((zone) => ({ zone })),
      { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin', ambiguous: 'later' },
      { format: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" },
      { format: "EEE d MMM uuuu h 'o''clock' a z" },
      { format: 'yyyyDDD', zone: 'UTC' },
    ];
    expect(accepted.flatMap(problemsOfTime)).toEqual([]);
  });

  it.each([
    [{ format: 'unix' }, /^source\.fields\.timestamp\.format: expected iso, s, ms.* got unix$/],
    [{ format: 'YYYY-MM-dd', zone: 'UTC' }, /with yyyy, since YYYY is the year of a week, got YYYY-MM-dd/],
    [{ format: 'HH:mm', zone: 'UTC' }, /with year, month and day/],
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
      'source.fields.deviceId: expected a column name without options, got unit',
      'source.fields.humidity: expected no options but unit, decimal, absent, got zone',
    ]);
  });
});
