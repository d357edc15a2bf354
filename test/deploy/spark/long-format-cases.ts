import { AT, containing, MIDNIGHT, type PlaceCase, type PlaceSet } from './place-case';

/** One value in a record, and the name of its measurement beside it. */
export const LONG_FORMAT_SETS: Readonly<Record<string, PlaceSet>> = {
  'the long format of an export': {
    source: {
      long: { name: 'entity_id', value: 'state' },
      fields: {
        ...{ deviceId: { constant: 'home' }, timestamp: 'last_changed' },
        temperature: { names: ['*_temperature'] },
        humidity: { names: ['sensor.bath_humidity', 'sensor.*_rh'], unit: 'ratio' },
      },
    },
    cases: [
      [
        { value: { entity_id: 'sensor.living_temperature', state: '21.5', last_changed: AT } },
        { deviceId: 'home', timestamp: MIDNIGHT, temperature: 21.5 },
      ],
      [{ value: { entity_id: 'sensor.bath_humidity', state: '0.4', last_changed: AT } }, { humidity: 40 }],
      [{ value: { entity_id: 'sensor.attic_temperature', state: 'unavailable', last_changed: AT } }, { absent: true }],
      [{ value: { entity_id: 'sun.sun', state: 'above_horizon', last_changed: AT } }, { absent: true }],
      [{ value: { entity_id: 'sun.sun', state: 'above_horizon' } }, { reason: 'BadTimestamp' }],
      [
        { value: { state: '21.5', last_changed: AT } },
        { reason: 'NoMeasurement', detail: containing('in column "entity_id" (long.name), got nothing') },
      ],
      [{ value: { entity_id: 'sensor.attic_rh', state: 0.5, last_changed: AT, unit: '1' } }, { labels: { unit: '1' } }],
      [
        { value: { entity_id: 'sensor.living_temperature', state: 'warm', last_changed: AT } },
        { reason: 'NotANumber:temperature', detail: containing('in column "state" (temperature)') },
      ],
    ],
  },
  'the long format of a time series database': {
    source: {
      long: { name: { path: '_field' }, value: '_value' },
      fields: { deviceId: 'host', timestamp: '_time' },
    },
    cases: [
      [
        { value: { _time: AT, _measurement: 't', host: 'a', _field: 'temperature', _value: 20.5 } },
        { deviceId: 'a', temperature: 20.5, labels: { _measurement: 't' } },
      ],
    ],
  },
  'the long format without other names': {
    source: { long: { name: { join: ['kind', { path: 'of.part' }], separator: '/' }, value: { path: 'v.0' } } },
    input: { extraFields: 'dead-letter', measurements: [{ name: 'level', unit: 'm', min: 0, max: 9 }] },
    cases: [
      [
        { value: { deviceId: 'a', timestamp: AT, kind: 'level', of: { part: 1 }, v: [2] } },
        {
          reason: 'ExtraField',
          detail: 'expected the name of a measurement in column "kind" and path of.part (long.name), got another name',
        },
      ],
    ],
  },
  'the long format with names of two parts': {
    source: {
      long: { name: { join: ['kind', { path: 'of.part' }], separator: '/' }, value: { path: 'v.0' } },
      fields: { level: { names: ['*/1', 'tank/2', 'a*b*c/3'], unit: 'cm' } },
    },
    input: { extraFields: 'dead-letter', measurements: [{ name: 'level', unit: 'm', min: 0, max: 9 }] },
    cases: [
      [
        { value: { deviceId: 'a', timestamp: AT, kind: 'basin', of: { part: 1 }, v: [250] } },
        { deviceId: 'a', level: 2.5 },
      ],
      [
        { value: { deviceId: 'a', timestamp: AT, kind: 'basin', of: { part: 1 }, v: [250, 1] } },
        { reason: 'ExtraField' },
      ],
      [{ value: { deviceId: 'a', timestamp: AT, kind: 'tank', of: { part: '2' }, v: [] } }, { absent: true }],
      ...(['a b xc/3', 'abbc/3', 'aXbXbXc/3'] as const).map((kind): PlaceCase => [
        { value: { deviceId: 'a', timestamp: AT, kind: kind.slice(0, -2), of: { part: 3 }, v: [100] } },
        { level: 1 },
      ]),
      ...['ac', 'acb', 'bac', 'abcd', 'a'.repeat(100_000)].map((kind): PlaceCase => [
        { value: { deviceId: 'a', timestamp: AT, kind, of: { part: 3 }, v: [100] } },
        { reason: 'ExtraField' },
      ]),
      [{ value: { deviceId: 'a', timestamp: AT, kind: '', of: { part: '1' }, v: [250] } }, { reason: 'NoMeasurement' }],
    ],
  },
};
