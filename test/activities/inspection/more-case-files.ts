import { type CaseFile, DEVICE, lines, TEMPERATURE, ZONE } from './case-files';

/** Second examples of the kinds: loggers, weather stations and servers. */
export const MORE_CASE_FILES: readonly CaseFile[] = [
  {
    name: 'padded.csv',
    content: lines('timestamp, deviceId, temperature, humidity', '2026-01-05T00:00:00Z, a, 20.1, 50'),
    source: { fields: { deviceId: 'deviceId', humidity: 'humidity' } },
    questions: [TEMPERATURE],
    reading: { deviceId: 'a', temperature: 20.1, humidity: 50 },
    read: 1,
  },
  {
    name: 'thingsboard.ndjson',
    content: lines(
      '{"deviceName":"Thermostat 0","ts":1704456000000,"values":{"temperature":20.0,"humidity":50}}',
      '{"deviceName":"Thermostat 1","ts":1704456060000,"values":{"temperature":20.1,"humidity":50}}',
    ),
    source: {
      fields: {
        deviceId: 'deviceName',
        timestamp: { column: 'ts', format: 'ms' },
        temperature: { path: 'values.temperature', unit: '°C' },
        humidity: { path: 'values.humidity' },
      },
    },
    questions: [TEMPERATURE],
    reading: { deviceId: 'Thermostat 0', timestamp: '2024-01-05T12:00:00.000000Z', temperature: 20, humidity: 50 },
    read: 2,
  },
  {
    name: 'months.csv',
    content: lines(
      'timestamp,deviceId,temperature,humidity',
      '1893-01-01T01:00:00+00:00,44,-12.3,84',
      '2026-01-31T23:30:00-02:00,44,3,84',
    ),
    source: { fields: { timestamp: { column: 'timestamp' } } },
    questions: [TEMPERATURE],
    reading: { deviceId: '44', timestamp: '1893-01-01T01:00:00.000000Z', temperature: -12.3 },
    read: 2,
  },
  {
    name: 'air-quality.csv',
    content: lines(
      'Date;Time;CO(GT);T;RH;;',
      '10/03/2004;18.00.00;2,6;13,6;48,9;;',
      '10/03/2004;19.00.00;2;13,3;47,7;;',
      '13/03/2004;20.00.00;-200;11,9;54,0;;',
    ),
    source: {
      delimiter: ';',
      numbers: { decimal: ',', absent: [-200] },
      fields: {
        timestamp: { join: ['Date', 'Time'], separator: ' ', format: 'dd/MM/yyyy HH.mm.ss', zone: 'UTC' },
        temperature: { column: 'T', unit: '°C' },
        humidity: 'RH',
        co: 'CO(GT)',
      },
    },
    questions: [ZONE, DEVICE, TEMPERATURE, 'measurements', 'source.numbers.absent'],
    answers: { source: { fields: { timestamp: { zone: 'Europe/Rome' }, deviceId: { constant: 'via-1' } } } },
    reading: {
      deviceId: 'via-1',
      timestamp: '2004-03-10T17:00:00.000000Z',
      temperature: 13.6,
      humidity: 48.9,
      co: 2.6,
    },
    read: 3,
  },
  {
    name: 'motes.txt',
    content: lines(
      '2004-03-31 03:38:15.757551 2 1 22.153 -3.91901',
      '2004-02-28 00:59:16.02785 3 1 19.9884 37.0933',
      '2004-02-28 01:03:16.33393 11 1 19.3024 38.4629',
    ),
    source: { delimiter: ' ', fields: { timestamp: { join: ['column1', 'column2'], separator: ' ', zone: 'UTC' } } },
    questions: ['source.header', ZONE, DEVICE, 'measurements'],
    answers: {
      source: {
        header: ['date', 'time', 'epoch', 'moteid', 'temperature_c', 'humidity'],
        fields: { timestamp: { zone: '-08:00' } },
      },
    },
    reading: { deviceId: '1', timestamp: '2004-03-31T11:38:15.757551Z', temperature: 22.153, labels: { epoch: '2' } },
    read: 3,
  },
  {
    name: 'campbell.dat',
    content: lines(
      '"TOA5","CR1000","CR1000","12345"',
      '"TIMESTAMP","RECORD","AirTemp_C","RH"',
      '"TS","RN","Deg C","%"',
      '"","","Avg","Smp"',
      '"2015-06-01 00:00:00",0,12.34,78.9',
      '"2015-06-01 00:10:00",1,"NAN",79.3',
    ),
    source: { skipLines: 4, header: ['TIMESTAMP', 'RECORD', 'AirTemp_C', 'RH'], fields: { temperature: 'AirTemp_C' } },
    questions: ['source.header', ZONE, DEVICE],
    reading: { deviceId: 'campbell', timestamp: '2015-06-01T00:00:00.000000Z', temperature: 12.34, humidity: 78.9 },
    read: 2,
  },
  {
    name: 'annotated.csv',
    content: lines(
      '#datatype,string,long,dateTime:RFC3339,double,string,string',
      '#default,_result,,,,,',
      ',result,table,_time,_value,_field,host',
      ',,0,2024-01-05T12:00:00Z,20.1,temperature,a',
      ',,1,2024-01-05T12:01:00Z,50,humidity,a',
    ),
    source: { comment: '#', long: { name: '_field', value: '_value' }, fields: { deviceId: 'host' } },
    questions: [TEMPERATURE],
    reading: { deviceId: 'a', timestamp: '2024-01-05T12:00:00.000000Z', temperature: 20.1 },
    read: 2,
  },
  {
    name: 'beijing.csv',
    content: lines(
      'No,year,month,day,hour,pm2.5,TEMP,PRES,cbwd',
      '1,2010,1,1,0,NA,-11,1021,NW',
      '25,2010,1,12,0,129,-4,1020,SE',
    ),
    source: {
      fields: {
        deviceId: { constant: 'beijing' },
        timestamp: { join: ['year', 'month', 'day', 'hour'], separator: '-', format: 'yyyy-M-d-H', zone: 'UTC' },
        pm25: 'pm2.5',
        pressure: 'PRES',
      },
    },
    questions: [ZONE, DEVICE, TEMPERATURE],
    answers: { source: { fields: { timestamp: { zone: 'Asia/Shanghai' } } } },
    reading: {
      timestamp: '2009-12-31T16:00:00.000000Z',
      temperature: -11,
      pressure: 1021,
      labels: { No: '1', cbwd: 'NW' },
    },
    read: 2,
  },
  {
    name: 'american.csv',
    content: lines('sensor_id,Date,temp_f,RH (%)', 'k1,1/5/2026 9:05 PM,68,40', 'k1,1/13/2026 10:15 AM,69.2,41'),
    source: {
      fields: {
        timestamp: { column: 'Date', format: 'M/d/yyyy h:mm a', zone: 'UTC' },
        temperature: { column: 'temp_f', unit: '°F' },
      },
    },
    questions: [ZONE],
    reading: { deviceId: 'k1', timestamp: '2026-01-05T21:05:00.000000Z', temperature: 20, humidity: 40 },
    read: 2,
  },
  {
    name: 'dach.csv',
    content: Buffer.from(
      lines(
        'Messstelle;Datum/Uhrzeit;Außentemperatur [°C];Luftfeuchte [%];Luftdruck',
        'Dach;05.01.2026 13:00;-3,5;81;1012,4',
        'Dach;15.01.2026 13:10;-3,6;82;1012,5',
      ),
      'latin1',
    ),
    source: {
      encoding: 'windows-1252',
      delimiter: ';',
      numbers: { decimal: ',' },
      fields: {
        deviceId: 'Messstelle',
        timestamp: { column: 'Datum/Uhrzeit', format: 'dd.MM.yyyy HH:mm', zone: 'UTC' },
      },
    },
    questions: ['source.encoding', ZONE],
    answers: { source: { encoding: 'windows-1252', fields: { timestamp: { zone: 'Europe/Berlin' } } } },
    reading: {
      deviceId: 'Dach',
      timestamp: '2026-01-05T12:00:00.000000Z',
      temperature: -3.5,
      humidity: 81,
      pressure: 1012.4,
    },
    read: 2,
  },
  {
    name: 'lorawan.ndjson',
    content: lines(
      '{"end_device_ids":{"device_id":"eui-1"},"received_at":"2026-01-05T00:00:00.123456789Z","uplink_message":{"decoded_payload":{"Temp_SHT":"21.5","Hum_SHT":48.1},"rx_metadata":[{"rssi":-97}]}}',
    ),
    source: {
      fields: {
        deviceId: { path: 'end_device_ids.device_id' },
        timestamp: { column: 'received_at' },
        temperature: { path: 'uplink_message.decoded_payload.Temp_SHT', unit: '°C' },
        humidity: { path: 'uplink_message.decoded_payload.Hum_SHT' },
      },
    },
    questions: [TEMPERATURE],
    reading: { deviceId: 'eui-1', timestamp: '2026-01-05T00:00:00.123456Z', temperature: 21.5, humidity: 48.1 },
    read: 1,
  },
  {
    name: 'rfc.psv',
    content: lines(
      'when|station|Temperatur',
      'Sun, 12 Jul 2020 00:01:34 GMT|n1|20.5',
      'Mon, 13 Jul 2020 00:01:34 GMT|n1|20.6',
    ),
    source: { delimiter: '|', fields: { timestamp: { column: 'when', format: 'rfc1123' } } },
    questions: [TEMPERATURE],
    reading: { deviceId: 'n1', timestamp: '2020-07-12T00:01:34.000000Z', temperature: 20.5 },
    read: 2,
  },
  {
    name: 'metrics.csv',
    content: lines(
      'time,host,metric,value',
      '1700000000123,web-1,temperature,20.1',
      '1700000000123,web-1,fan_speed_rpm,900',
      '1700000060123,web-2,temperature,21.2',
    ),
    source: {
      long: { name: 'metric', value: 'value' },
      fields: { timestamp: { column: 'time', format: 'ms' }, fanSpeedRpm: { names: ['fan_speed_rpm'] } },
    },
    questions: [TEMPERATURE, 'measurements'],
    reading: { deviceId: 'web-1', timestamp: '2023-11-14T22:13:20.123000Z', temperature: 20.1 },
    read: 3,
  },
];
