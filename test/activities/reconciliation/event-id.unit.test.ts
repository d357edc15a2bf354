import type { FieldPlace } from '../../../activities/contracts/field-place';
import type { IncomingRecord } from '../../../activities/kafka';
import { derivedEventId, rawEventId } from '../../../activities/reconciliation/event-id';

const COORDINATES = 'raw-3-42';

const PAYLOAD_FIELD: FieldPlace = { kind: 'value', path: ['eventId'] };

function idOf(value: string | Buffer | null, header?: string | Buffer): string {
  const headers: Record<string, Buffer> = header === undefined ? {} : { 'event-id': Buffer.from(header) };
  const record: IncomingRecord = {
    ...{ partition: 3, offset: '42', timestamp: '0', key: null, headers },
    value: value === null ? null : Buffer.from(value),
  };
  return rawEventId('raw', record, PAYLOAD_FIELD, false);
}

describe('the event id of a raw record', () => {
  it('is its header, also for a record that cannot be parsed', () => {
    expect(idOf('{"eventId":"payload"}', 'header')).toBe('header');
    expect(idOf('{', 'header')).toBe('header');
    expect(idOf(null, 'é'.repeat(200))).toBe('é'.repeat(200));
  });

  it('is its coordinates if the header is invalid, whatever the payload contains', () => {
    for (const header of ['', 'é'.repeat(201), Buffer.from([0xc3, 0x28])]) {
      expect(idOf('{"eventId":"payload"}', header)).toBe(COORDINATES);
    }
  });

  it('is the field of its payload if there is no header', () => {
    expect(idOf('{"eventId":"payload"}')).toBe('payload');
    expect(idOf(' {"a":{"eventId":"inner"},"eventId":"\\u00e9\\ud83d\\ude00"} ')).toBe('é😀');
    expect(idOf(`{"eventId":"x","deep":${'['.repeat(900)}${']'.repeat(900)}}`)).toBe('x');
  });

  it.each([
    ['no value', null],
    ['no field', '{"id":"x"}'],
    ['an empty id', '{"eventId":""}'],
    ['an id of 401 bytes', `{"eventId":"${'x'.repeat(401)}"}`],
    ['an id that is no name', '{"eventId":17.0}'],
    ['a null', '{"eventId":null}'],
    ['no object', '["eventId"]'],
    ['bytes after the object', '{"eventId":"x"}{}'],
    ['a name twice', '{"eventId":"x","a":1,"\\u0061":2}'],
    ['a name twice in a nested object', '{"eventId":"x","a":[{"b":1,"b":2}]}'],
    ['a lone surrogate anywhere', '{"eventId":"x","a":"\\ud800"}'],
    ['a number of more than 1,000 digits', `{"eventId":"x","a":1${'0'.repeat(1_000)}}`],
    ['too deep nesting', `{"eventId":"x","a":${'['.repeat(999)}${']'.repeat(999)}}`],
  ])('is its coordinates with %s', (_, value) => {
    expect(idOf(value)).toBe(COORDINATES);
  });

  it('is the digits of a whole number of 64 bits', () => {
    expect(['17', '-0', '9223372036854775807'].map((id) => idOf(`{"eventId":${id}}`))).toEqual([
      ...['17', '0', '9223372036854775807'],
    ]);
    expect(idOf('{"eventId":9223372036854775808}')).toBe(COORDINATES);
  });

  it('is made of several places, in which a separator can be told from the text of a part', () => {
    const parts: FieldPlace[] = [
      { kind: 'key', path: [] },
      { kind: 'value', path: ['a', '1'] },
    ];
    const joined = (key: string | null, value: string): string => {
      const record = { partition: 3, offset: '42', timestamp: '0', headers: {}, value: Buffer.from(value) };
      const place: FieldPlace = { kind: 'join', parts, separator: '|' };
      return rawEventId('raw', { ...record, key: key === null ? null : Buffer.from(key) }, place, false);
    };
    expect(joined('d', '{"a":["x","7"]}')).toBe('d|7');
    expect(joined('d|', '{"a":["x","\\\\7"]}')).toBe(String.raw`d\||\\7`);
    expect([joined(null, '{"a":["x","7"]}'), joined('d', '{"a":["x"]}'), joined('d', '{"a":["x",""]}')]).toEqual([
      ...[COORDINATES, COORDINATES, COORDINATES],
    ]);
  });

  it('is that of its row if a file has no other', () => {
    const headers = { 'pipeline-row': Buffer.from('row-9') };
    const record = { partition: 3, offset: '42', timestamp: '0', key: null, value: null, headers };
    expect(rawEventId('raw', record, PAYLOAD_FIELD, true)).toBe('row-9');
    expect(rawEventId('raw', record, PAYLOAD_FIELD, false)).toBe(COORDINATES);
  });

  it('is not confused by text that looks like syntax', () => {
    expect(idOf('{"eventId":"x","a":"{\\"b\\":1,\\"b\\":2}","c":"\\\\ud800","d":[{"b":1},{"b":2}]}')).toBe('x');
  });
});

describe('the event id of a record that the pipeline wrote', () => {
  const idOfWindow = (header: string): string => {
    const headers = { 'event-id': Buffer.from(header) };
    return derivedEventId('windows', { partition: 3, offset: '42', timestamp: '0', key: null, value: null, headers });
  };

  it('is its header, also for a window of the longest device', () => {
    const id = `01a21b9d-dc61-7311-80ec-6b8cab978819|${'é'.repeat(200)}|1767225600000|60000`;
    expect(idOfWindow(id)).toBe(id);
  });

  it('is its coordinates if no document can have the id', () => {
    for (const header of ['', 'x'.repeat(513)]) expect(idOfWindow(header)).toBe('windows-3-42');
  });
});
