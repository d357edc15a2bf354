import type { Properties } from '../../../activities/elasticsearch/index-mappings';
import { mappingProblems, newProperties } from '../../../activities/preparation/index-mapping';

const TIME: Properties = { timestamp: { type: 'date' } };
const ALIAS: Properties = { '@timestamp': { type: 'alias', path: 'timestamp' } };

describe('newProperties', () => {
  it('returns missing fields, also within objects', () => {
    const existing: Properties = { ...TIME, provenance: { properties: { run: { type: 'keyword' } } } };
    const provenance = { properties: { run: { type: 'keyword' }, redrive: { type: 'byte' } } } as const;
    expect(newProperties({ ...TIME, provenance }, existing)).toEqual({
      provenance: { properties: { redrive: { type: 'byte' } } },
    });
  });

  it('leaves out an existing field that differs', () => {
    expect(newProperties(TIME, { timestamp: { type: 'keyword' } })).toEqual({});
  });

  it('returns an alias, and only once', () => {
    expect(newProperties({ ...ALIAS, ...TIME }, TIME)).toEqual(ALIAS);
    expect(newProperties({ ...ALIAS, ...TIME }, { ...ALIAS, ...TIME })).toEqual({});
  });

  it('returns an alias within an object', () => {
    const run = { run: { type: 'alias', path: 'timestamp' } } as const;
    const wanted: Properties = { provenance: { properties: run } };
    expect(newProperties(wanted, { provenance: { properties: {} } })).toEqual(wanted);
    expect(newProperties(wanted, wanted)).toEqual({});
  });
});

describe('mappingProblems', () => {
  const desired: Properties = {
    ...ALIAS,
    deviceId: { type: 'keyword' },
    provenance: { properties: { offset: { type: 'long' } } },
  };

  it('finds none in a strict mapping that has these fields, others, or not all of them yet', () => {
    for (const more of [{ more: { type: 'text' } }, {}] as const) {
      expect(mappingProblems(desired, { dynamic: 'strict', properties: { ...desired, ...more } })).toEqual([]);
    }
    expect(mappingProblems(desired, { dynamic: 'strict' })).toEqual([]);
  });

  it('names fields of another type by their path, and a mapping that is not strict', () => {
    const provenance = { properties: { offset: { type: 'keyword' } } } as const;
    const properties: Properties = { deviceId: { type: 'text' }, provenance };
    expect(mappingProblems(desired, { properties })).toEqual([
      'expected dynamic strict, got true',
      'expected deviceId of type keyword, got text',
      'expected provenance.offset of type long, got keyword',
    ]);
    const field: Properties = { provenance: { type: 'flattened' } };
    expect(mappingProblems(desired, { dynamic: 'strict', properties: field })).toEqual([
      'expected provenance of type object, got flattened',
    ]);
  });
});
