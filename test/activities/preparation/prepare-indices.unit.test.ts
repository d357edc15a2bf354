import type { Properties } from '../../../activities/elasticsearch/index-mappings';
import { newProperties } from '../../../activities/preparation/prepare-indices';

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
