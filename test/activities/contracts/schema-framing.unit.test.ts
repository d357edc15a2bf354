import { schemaFramingOf } from '../../../activities/contracts/schema-framing';
import { framed } from '../../support/framed';

describe('schemaFramingOf', () => {
  it('returns the id of the schema and the kinds that the bytes after it may be', () => {
    expect(schemaFramingOf(framed(42, '{"timestamp":0}'))).toEqual({ schemaId: 42, likely: 'JSON Schema' });
    expect(schemaFramingOf(framed(0x7fff_ffff, '\x06abc'))).toEqual({
      schemaId: 0x7fff_ffff,
      likely: 'Avro or Protobuf',
    });
    // A record without fields.
    expect(schemaFramingOf(framed(1, ''))).toEqual({ schemaId: 1, likely: 'Avro or Protobuf' });
  });

  it('returns null for text, for too few bytes and for zeros', () => {
    const others = [null, Buffer.alloc(0), Buffer.from('{"a":1}'), framed(42, '').subarray(0, 4), Buffer.alloc(64)];
    expect(others.map(schemaFramingOf)).toEqual(others.map(() => null));
    expect(schemaFramingOf(framed(-1, 'x'))).toBeNull();
  });
});
