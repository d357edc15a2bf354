import { framed } from '../../support/framed';
import { LONG_FORMAT_SETS } from './long-format-cases';
import { AT, containing, MIDNIGHT, type PlaceSet } from './place-case';

const PATHS: Readonly<Record<string, PlaceSet>> = {
  'values one level down': {
    source: {
      fields: {
        ...{ deviceId: 'deviceName', timestamp: 'ts', text: { path: 'status.message' } },
        ...{ temperature: { path: 'values.temperature' }, humidity: { path: ['values', 'rel.humidity'] } },
      },
    },
    cases: [
      [
        {
          value: {
            ...{ deviceName: 'Thermostat 0', ts: 1704456000000 },
            values: { temperature: 20, 'rel.humidity': '50', battery: { mV: 2_900 }, rssi: -60, note: null },
            status: { message: 'door open', since: AT },
          },
        },
        {
          ...{ deviceId: 'Thermostat 0', timestamp: '2024-01-05T12:00:00.000000Z', temperature: 20, humidity: 50 },
          text: 'door open',
          labels: { 'values.battery': '{"mV":2900}', 'values.rssi': '-60', 'status.since': AT },
        },
      ],
      [
        {
          value: {
            ...{ deviceName: 'a', ts: 1704456000000, 'values.rssi': 'flat', 'values.rssi (2)': 'named so' },
            values: { temperature: 20, rssi: -60 },
          },
        },
        { labels: { 'values.rssi': '-60', 'values.rssi (2)': 'flat', 'values.rssi (2) (2)': 'named so' } },
      ],
      [
        { value: { deviceName: 'a', ts: 1704456000000, values: { temperature: 20 }, status: 'ok' } },
        { temperature: 20, labels: { status: 'ok' } },
      ],
      [
        { value: { deviceName: 'a', ts: 1704456000000, values: { temperature: 'warm' } } },
        {
          reason: 'NotANumber:temperature',
          detail: containing('in path values.temperature (temperature)'),
        },
      ],
    ],
  },
  'an element of a list': {
    source: {
      fields: {
        ...{ deviceId: 'id', timestamp: { path: 'at.0' } },
        ...{ temperature: { path: 'data.0.v' }, humidity: { path: 'data.1.v' } },
      },
    },
    cases: [
      [
        { value: { id: 7, at: [AT], data: [{ n: 't', v: 21.5 }, { n: 'h', v: 40 }, 'end'] } },
        {
          ...{ deviceId: '7', timestamp: MIDNIGHT, temperature: 21.5, humidity: 40 },
          labels: { 'data.0.n': 't', 'data.1.n': 'h', 'data.2': 'end' },
        },
      ],
      [{ value: { id: 7, at: [AT], data: { 0: { v: 21.5 } } } }, { temperature: 21.5 }],
      [
        { value: { id: 7, at: [], data: [{ v: 21.5 }] } },
        { reason: 'BadTimestamp', detail: 'expected ISO 8601 in path at.0 (timestamp), got nothing' },
      ],
    ],
  },
};

const BESIDE_THE_VALUE: Readonly<Record<string, PlaceSet>> = {
  'the device in the key': {
    source: { fields: { deviceId: { key: true } } },
    cases: [
      [
        { key: 'device-0', value: { timestamp: AT, temperature: 20.5 } },
        { deviceId: 'device-0', temperature: 20.5 },
      ],
      [
        { key: null, value: { timestamp: AT, temperature: 20.5 } },
        { reason: 'DeviceMissing', detail: containing("in the record's key (deviceId), got nothing") },
      ],
      [
        { key: Buffer.of(7, 0xc3), value: { timestamp: AT, temperature: 20.5 } },
        { reason: 'DeviceMissing', detail: containing('got bytes that are not UTF-8') },
      ],
      [
        { key: framed(7, 'd'), value: { timestamp: AT, temperature: 20.5 } },
        { reason: 'DeviceMissing', detail: containing('got the framing of a schema registry') },
      ],
    ],
  },
  'the device in a key that is an object': {
    source: { fields: { deviceId: { key: 'payload.id' }, text: { key: true } } },
    cases: [
      [
        { key: '{"payload":{"id":"k-1","site":"x"}}', value: { timestamp: AT, temperature: 20.5 } },
        { deviceId: 'k-1', temperature: 20.5, text: '{"payload":{"id":"k-1","site":"x"}}' },
      ],
      [
        { key: 'k-1', value: { timestamp: AT, temperature: 20.5 } },
        { reason: 'DeviceMissing', detail: containing("path payload.id of the record's key (deviceId)") },
      ],
    ],
  },
  'fields in headers': {
    source: { fields: { deviceId: { header: 'device' }, timestamp: { header: 'at', format: 's' }, text: 'device' } },
    cases: [
      [
        { headers: { at: '1767571200', device: 'h-1', other: 'x' }, value: { humidity: 40, device: 'of the value' } },
        { deviceId: 'h-1', timestamp: MIDNIGHT, humidity: 40, text: 'of the value' },
      ],
      [
        { headers: { at: '1767571200', device: null }, value: { humidity: 40 } },
        { reason: 'DeviceMissing', detail: containing('in header device (deviceId), got nothing') },
      ],
    ],
  },
  'a text that is not UTF-8': {
    source: { fields: { text: { header: 'note' } } },
    cases: [
      [
        { headers: { note: Buffer.of(0xff) }, value: { deviceId: 'a', timestamp: AT, humidity: 40 } },
        { reason: 'NotUtf8', detail: 'expected UTF-8 in header note (text), got bytes that are not UTF-8' },
      ],
    ],
  },
};

const TOGETHER: Readonly<Record<string, PlaceSet>> = {
  'one sensor without a device column, °F, local time': {
    source: {
      fields: {
        deviceId: { constant: 'ambient' },
        timestamp: { column: 'timestamp', zone: 'America/New_York' },
        temperature: { column: 'value', unit: '°F' },
      },
    },
    cases: [
      [
        { value: { timestamp: '2013-07-04 00:00:00', value: '69.90000000' } },
        { deviceId: 'ambient', timestamp: '2013-07-04T04:00:00.000000Z', temperature: 21.055556 },
      ],
    ],
  },
  'a date and a time in two columns': {
    source: {
      numbers: { decimal: ',', absent: [-200] },
      fields: {
        deviceId: { constant: 'street' },
        timestamp: { join: ['Date', 'Time'], format: 'dd/MM/yyyy HH.mm.ss', zone: 'Europe/Rome' },
        ...{ temperature: 'T', humidity: 'RH' },
      },
    },
    cases: [
      [
        { value: { Date: '10/03/2004', Time: '18.00.00', T: '13,6', RH: '-200' } },
        { deviceId: 'street', timestamp: '2004-03-10T17:00:00.000000Z', temperature: 13.6 },
      ],
      [
        { value: { Date: '10/03/2004', T: '13,6' } },
        { reason: 'BadTimestamp', detail: containing('column "Date" and column "Time" (timestamp)') },
      ],
    ],
  },
  'the device in two columns': {
    source: { fields: { deviceId: { join: ['building', { path: 'room.no' }] }, text: { join: ['note', 'code'] } } },
    cases: [
      [
        {
          value: { building: 'A|1', room: { no: 12, floor: 1 }, timestamp: AT, humidity: 40, note: 'ok', code: 1.5 },
        },
        { deviceId: 'A\\|1|12', humidity: 40, text: 'ok 1.5', labels: { 'room.floor': '1' } },
      ],
      [{ value: { building: 'A\\', room: { no: '1|12' }, timestamp: AT, humidity: 40 } }, { deviceId: 'A\\\\|1\\|12' }],
      [
        { value: { building: 'A', room: {}, timestamp: AT, humidity: 40 } },
        { reason: 'DeviceMissing', detail: containing('column "building" and path room.no (deviceId)') },
      ],
    ],
  },
  'an event id of several parts': {
    source: { fields: { eventId: { join: ['deviceId', 'seq'] } } },
    cases: [
      [{ value: { timestamp: AT, deviceId: 'dev0', temperature: 20.5, seq: '0' } }, { id: 'dev0|0', deviceId: 'dev0' }],
      [{ value: { timestamp: AT, deviceId: 'dev1', temperature: 20.5, seq: 0 } }, { id: 'dev1|0' }],
      [{ value: { timestamp: AT, deviceId: 'dev1', temperature: 20.5 } }, { id: 'plant.readings-0-2' }],
      [
        { value: { timestamp: AT, deviceId: 'dev1', temperature: 20.5, seq: 1.5 } },
        { id: 'plant.readings-0-3', reason: 'BadEventId' },
      ],
    ],
  },
};

export const PLACE_SETS: Readonly<Record<string, PlaceSet>> = {
  ...PATHS,
  ...BESIDE_THE_VALUE,
  ...TOGETHER,
  ...LONG_FORMAT_SETS,
};
