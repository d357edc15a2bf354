import { merged } from '../../../activities/inspection/given-settings';
import { masked } from '../../../activities/inspection/mask';

describe('given settings', () => {
  const proposed = {
    source: { kind: 'file', path: 'a', fields: { timestamp: { column: 't', zone: 'UTC' }, temperature: 'temp' } },
    measurements: [1, 2],
  };

  it('go over what is proposed: options of a field are added, its place is replaced', () => {
    const zone = { source: { fields: { timestamp: { zone: 'Asia/Tokyo' }, temperature: { unit: 'K' } } } };
    expect(merged(proposed, zone)['source']).toMatchObject({
      fields: { timestamp: { column: 't', zone: 'Asia/Tokyo' }, temperature: { column: 'temp', unit: 'K' } },
    });
    const place = { source: { path: 'b', fields: { timestamp: { path: 'x.t' } } }, measurements: [3] };
    expect(merged(proposed, place)).toEqual({
      source: { kind: 'file', path: 'b', fields: { timestamp: { path: 'x.t' }, temperature: 'temp' } },
      measurements: [3],
    });
  });
});

describe('a masked text', () => {
  it('keeps its form only', () => {
    expect(masked('Müller-17: 20,5 °C ☂')).toBe('aaaaaa-99: 99,9 ?a ?');
    expect(masked('x'.repeat(100))).toBe('a'.repeat(40));
  });
});
