import { gzipSync } from 'node:zlib';

/** A file as people have them, what is recognised in it, and what the answers to its questions make of it. */
export interface CaseFile {
  readonly name: string;
  readonly content: string | Buffer;
  /** Parts of the proposed `source`. */
  readonly source: object;
  /** Settings of all questions. */
  readonly questions: readonly string[];
  /** An input that answers them. */
  readonly answers?: object;
  /** Of the sample: the first reading, and how many there are. */
  readonly reading: Readonly<Record<string, unknown>>;
  readonly read: number;
  /** Rows without a value; none by default. */
  readonly absent?: number;
  /** Number of dead letters by reason; none by default. */
  readonly dead?: Readonly<Record<string, number>>;
}

/** Settings that most files leave open. */
export const TEMPERATURE = 'source.fields.temperature.unit';
export const ZONE = 'source.fields.timestamp.zone';
export const DEVICE = 'source.fields.deviceId';
const BERLIN = { source: { fields: { timestamp: { zone: 'Europe/Berlin' } } } };

export function lines(...rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}

export const CASE_FILES: readonly CaseFile[] = [
  {
    name: 'ambient.csv',
    content: lines('timestamp,value', '2013-07-04 00:00:00,69.90000000', '2013-07-04 01:00:00,70.00000000'),
    source: {
      format: 'csv',
      fields: {
        deviceId: { constant: 'ambient' },
        timestamp: { column: 'timestamp', zone: 'UTC' },
        value: 'value',
      },
    },
    questions: [ZONE, DEVICE, 'measurements'],
    answers: {
      source: {
        fields: {
          deviceId: { constant: 'office' },
          timestamp: { zone: 'America/New_York' },
          temperature: { column: 'value', unit: '°F' },
        },
      },
      measurements: [{ name: 'temperature', unit: '°C', min: -90, max: 150 }],
    },
    reading: { deviceId: 'office', timestamp: '2013-07-04T04:00:00.000000Z', temperature: 21.055556 },
    read: 2,
  },
  {
    name: 'row-names.csv',
    content: lines(
      '"date","Temperature","Humidity","HumidityRatio","Occupancy"',
      '"1","2015-02-04 17:51:00",23.18,27.20,0.00479,1',
      '"2","2015-02-04 17:52:00",23.17,27.21,0.00479,1',
    ),
    source: { rowNames: true, fields: { temperature: { column: 'Temperature', unit: '°C' }, humidity: 'Humidity' } },
    questions: [ZONE, DEVICE, TEMPERATURE, 'measurements'],
    reading: { deviceId: 'row-names', timestamp: '2015-02-04T17:51:00.000000Z', temperature: 23.18, humidity: 27.2 },
    read: 2,
  },
  {
    name: 'spring.csv',
    content: lines(
      'timestamp,deviceId,temperature,humidity',
      '2026-03-29 01:30:00,balcony,8.5,70',
      '2026-03-29 02:30:00,balcony,9.0,70',
      '2026-03-29 03:00:00,balcony,9.5,70',
    ),
    source: { fields: { timestamp: { column: 'timestamp', zone: 'UTC' } } },
    questions: [ZONE, TEMPERATURE],
    answers: BERLIN,
    reading: { deviceId: 'balcony', timestamp: '2026-03-29T00:30:00.000000Z', temperature: 8.5 },
    read: 2,
    dead: { BadTimestamp: 1 },
  },
  {
    name: 'epoch.csv',
    content: lines('timestamp,deviceId,temperature,humidity', '1594512094,b8:27:eb:00:00:01,22.7,51.0'),
    source: { fields: { timestamp: { column: 'timestamp', format: 's' } } },
    questions: [TEMPERATURE],
    reading: { deviceId: 'b8:27:eb:00:00:01', timestamp: '2020-07-12T00:01:34.000000Z', temperature: 22.7 },
    read: 1,
  },
  {
    name: 'exponents.csv',
    content: lines(
      '"ts","device","co","humidity","light","temp"',
      '"1.5945120900000004E9","b8:27:eb:bf:9d:51","0.0049559","51.0","false","22.0"',
    ),
    source: {
      fields: {
        deviceId: 'device',
        timestamp: { column: 'ts', format: 's' },
        temperature: { column: 'temp', unit: '°C' },
        co: 'co',
      },
    },
    questions: [TEMPERATURE, 'measurements'],
    reading: { timestamp: '2020-07-12T00:01:30.000000Z', temperature: 22, humidity: 51, labels: { light: 'false' } },
    read: 1,
  },
  {
    name: 'keller.csv',
    content: `\ufeff${lines('Zeit;Gerät;Temperatur;Feuchte', '2026-01-05T00:00:00+01:00;Keller;18,0;50,5')}`,
    source: {
      delimiter: ';',
      numbers: { decimal: ',' },
      fields: {
        deviceId: 'Gerät',
        timestamp: { column: 'Zeit' },
        temperature: { column: 'Temperatur', unit: '°C' },
        humidity: 'Feuchte',
      },
    },
    questions: [TEMPERATURE],
    reading: { deviceId: 'Keller', timestamp: '2026-01-04T23:00:00.000000Z', temperature: 18, humidity: 50.5 },
    read: 1,
  },
  {
    name: 'quoted-comma.csv',
    content: lines(
      'timestamp,deviceId,temperature,humidity',
      '2026-01-05T00:00:00+01:00,Keller,"20,5","50,5"',
      '2026-01-05T01:00:00+01:00,Keller,"19,1","51,5"',
    ),
    source: { numbers: { decimal: ',' } },
    questions: [TEMPERATURE],
    reading: { temperature: 20.5, humidity: 50.5 },
    read: 2,
  },
  {
    name: 'multiline.csv',
    content:
      '\ufefftimestamp,deviceId,temperature,text\r\n2026-01-05T00:00:00Z,a,20.5,"one\r\n""two"""\r\n\r\n2026-01-05T00:01:00Z,a,20.6,',
    source: { fields: { temperature: { column: 'temperature', unit: '°C' } } },
    questions: [TEMPERATURE],
    reading: { temperature: 20.5, text: 'one\r\n"two"' },
    read: 2,
  },
  {
    name: 'latin-1.csv',
    content: Buffer.from(lines('timestamp,deviceId,Temp °C,humidity', '2026-01-05T00:00:00Z,a,20.1,50'), 'latin1'),
    source: { encoding: 'windows-1252', fields: { temperature: 'Temp °C' } },
    questions: ['source.encoding'],
    reading: { temperature: 20.1, humidity: 50 },
    read: 1,
  },
  {
    name: 'zipped.csv.gz',
    content: gzipSync(lines('timestamp,deviceId,temperature', '2026-01-05T00:00:00Z,a,20.1')),
    source: { fields: { temperature: { column: 'temperature', unit: '°C' } } },
    questions: [TEMPERATURE],
    reading: { temperature: 20.1 },
    read: 1,
  },
  {
    name: 'utf-16.csv',
    content: Buffer.from(`\ufeff${lines('timestamp,deviceId,temperature', '2026-01-05T00:00:00Z,a,20.1')}`, 'utf16le'),
    source: { fields: { temperature: { column: 'temperature', unit: '°C' } } },
    questions: [TEMPERATURE],
    reading: { temperature: 20.1 },
    read: 1,
  },
  {
    name: 'utf-16-without-mark.csv',
    content: Buffer.from(lines('time\tdevice\ttemp_c', '2026-01-05T00:00:00Z\tä\t20.5'), 'utf16le').swap16(),
    source: { encoding: 'utf-16', delimiter: '\t' },
    questions: [],
    reading: { deviceId: 'ä', temperature: 20.5 },
    read: 1,
  },
  {
    name: 'home-assistant.csv',
    content: lines(
      'entity_id,state,last_changed',
      'sensor.living_temperature,21.5,2026-01-05T00:00:00.123Z',
      'sensor.living_temperature,unavailable,2026-01-05T01:00:00.123Z',
      'sensor.living_temperature,21.7,2026-01-05T02:00:00.123Z',
    ),
    source: {
      long: { name: 'entity_id', value: 'state' },
      fields: {
        deviceId: 'entity_id',
        timestamp: { column: 'last_changed' },
        temperature: { names: ['*_temperature'], unit: '°C' },
      },
    },
    questions: [TEMPERATURE],
    reading: { deviceId: 'sensor.living_temperature', temperature: 21.5, timestamp: '2026-01-05T00:00:00.123000Z' },
    read: 2,
    absent: 1,
  },
  {
    name: 'influx.ndjson',
    content: lines(
      '{"_time":"2024-01-05T12:00:00Z","_measurement":"t","host":"a","_field":"temperature","_value":20.0}',
      '{"_time":"2024-01-05T12:01:00Z","_measurement":"t","host":"a","_field":"humidity","_value":50.5}',
    ),
    source: { format: 'ndjson', long: { name: '_field', value: '_value' }, fields: { deviceId: 'host' } },
    questions: [TEMPERATURE],
    reading: { deviceId: 'a', temperature: 20, labels: { _measurement: 't' } },
    read: 2,
  },
  {
    name: 'power-loss.csv',
    content: lines(
      'timestamp,deviceId,temperature,text',
      '2026-01-05T00:00:00Z,a,20.5,ok',
      '\0'.repeat(200),
      '2026-01-05T00:02:00Z,a,2',
    ),
    source: { fields: { timestamp: { column: 'timestamp' } } },
    questions: [TEMPERATURE],
    reading: { temperature: 20.5, text: 'ok' },
    read: 1,
    dead: { NulCharacter: 1, RowShape: 1 },
  },
  {
    name: 'inches.csv',
    content: lines(
      'timestamp,deviceId,temperature,text',
      '2026-01-05T00:00:00Z,a,20.5,ok',
      '2026-01-05T00:03:00Z,a,20.5,"5 inch',
      '2026-01-05T00:04:00Z,a,20.5,ok',
    ),
    source: { quote: null },
    questions: ['source.quote', TEMPERATURE],
    reading: { temperature: 20.5 },
    read: 3,
  },
  {
    name: 'hobo.csv',
    content: `\ufeff${lines(
      '"Plot Title: greenhouse 3"',
      '"#","Date Time, GMT+02:00","Temp, °C (LGR S/N: 1, SEN S/N: 1)","RH, % (LGR S/N: 1, SEN S/N: 1)"',
      '1,01/05/26 12:00:00 AM,20.1,50.2',
      '2,01/05/26 12:15:00 AM,20.2,50.1',
    )}`,
    source: {
      skipLines: 1,
      fields: {
        deviceId: { constant: 'hobo' },
        timestamp: { column: 'Date Time, GMT+02:00', format: 'MM/dd/yy hh:mm:ss a', zone: '+02:00' },
        temperature: 'Temp, °C (LGR S/N: 1, SEN S/N: 1)',
      },
    },
    questions: ['source.fields.timestamp.format', DEVICE],
    reading: { timestamp: '2026-01-04T22:00:00.000000Z', temperature: 20.1, humidity: 50.2 },
    read: 2,
  },
];
