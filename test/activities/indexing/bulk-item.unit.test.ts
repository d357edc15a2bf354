import { bulkBody, toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import type { IncomingRecord } from '../../../activities/kafka';

const INDEXED_AT = 1_700_000_000_500;
const INDEXING = { pipeline: 'plant', indexedAt: INDEXED_AT };

function record(value: string | null, headers: Record<string, string> = {}): IncomingRecord {
  return {
    partition: 3,
    offset: '9007199254740993',
    timestamp: '1700000000400',
    key: null,
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(
      Object.entries({ 'event-id': 'e1', 'pipeline-run': 'r1', ...headers }).map(([name, text]) => [
        name,
        Buffer.from(text),
      ]),
    ),
  };
}

function linesOf(item: ReturnType<typeof toBulkItem>): [unknown, unknown] {
  const [action = '', source = '', rest] = bulkBody([item as BulkItem])
    .toString()
    .split('\n');
  expect(rest).toBe('');
  return [JSON.parse(action), JSON.parse(source)];
}

describe('toBulkItem', () => {
  it('puts the provenance before the fields of the record and the id into the action', () => {
    const [action, source] = linesOf(toBulkItem(record('{"id":"e1","temperature":21.5}'), INDEXING));
    expect(action).toEqual({ index: { _id: 'e1' } });
    expect(source).toEqual({
      provenance: {
        pipeline: 'plant',
        run: 'r1',
        partition: 3,
        offset: '9007199254740993',
        processedAt: 1_700_000_000_400,
        indexedAt: INDEXED_AT,
      },
      id: 'e1',
      temperature: 21.5,
    });
  });

  it('takes partition, offset and time of the raw record from its header', () => {
    const [, source] = linesOf(toBulkItem(record('{"a":1}', { 'pipeline-raw': '7:42:1700000000300' }), INDEXING));
    expect(source).toMatchObject({
      provenance: { partition: 7, offset: '42', publishedAt: 1_700_000_000_300, latencyMs: 200 },
    });
  });

  it.each([0, 1, 1_767_600_000, 1_767_600_000_000_000, INDEXED_AT + 1])(
    'has no latency if the Kafka time is %d: not set, in another unit, or of a clock that is wrong',
    (publishedAt) => {
      const headers = { 'pipeline-raw': `7:42:${publishedAt}` };
      const [, source] = linesOf(toBulkItem(record('{"a":1}', headers), INDEXING));
      const { provenance } = source as { provenance: object };
      expect(provenance).toMatchObject({ publishedAt });
      expect(provenance).not.toHaveProperty('latencyMs');
    },
  );

  it('has the latency of a record that was published years ago', () => {
    const headers = { 'pipeline-raw': '7:42:1577836800000' };
    const [, source] = linesOf(toBulkItem(record('{"a":1}', headers), INDEXING));
    expect(source).toMatchObject({ provenance: { latencyMs: INDEXED_AT - 1_577_836_800_000 } });
  });

  it('writes the number of redrives into the provenance if the header is valid', () => {
    const provenanceOf = (redrive: string) => {
      const [, source] = linesOf(toBulkItem(record('{"a":1}', { 'pipeline-redrive': redrive }), INDEXING));
      return (source as { provenance: object }).provenance;
    };
    expect(provenanceOf('2')).toMatchObject({ redrive: 2 });
    for (const strange of ['0', '4', '999999', '1.5', '', '"'])
      expect(provenanceOf(strange)).not.toHaveProperty('redrive');
  });

  it('orders versions by the version header', () => {
    const item = toBulkItem(record('{"a":1}', { 'pipeline-version': '179577360000000001' }), INDEXING);
    expect(item).toHaveProperty(
      'head',
      expect.stringContaining('"version":179577360000000001,"version_type":"external_gte"}}'),
    );
  });

  it('does not send a version that is not a number', () => {
    expect(toBulkItem(record('{"a":1}', { 'pipeline-version': '6x' }), INDEXING)).toMatchObject({
      reason: 'BadVersion',
    });
  });

  it.each(['r"1', 'r\\', 'run ü', 'r\u0000'])('quotes any header value: %j', (run) => {
    const [action, source] = linesOf(
      toBulkItem(record('{"a":1}', { 'pipeline-run': run, 'pipeline-raw': `"x:${run}:y`, 'event-id': run }), INDEXING),
    );
    expect(action).toEqual({ index: { _id: run } });
    expect(source).toMatchObject({ provenance: { run, partition: 3, offset: run } });
  });

  it('keeps the bytes of the record unchanged', () => {
    const text = '"x":0.1000,"y":1e2,"z":"\\u00e9ü"';
    const item = toBulkItem(record(`{${text}}`), INDEXING) as BulkItem;
    expect(bulkBody([item]).toString()).toContain(text);
  });

  it('makes an object of one field from an empty one', () => {
    const [, source] = linesOf(toBulkItem(record('{ }'), INDEXING));
    expect(Object.keys(source as object)).toEqual(['provenance']);
  });

  it.each([
    ['a line break', '{"a":\n1}'],
    ['an array', '[1]'],
    ['a word', 'null'],
    ['nothing', ''],
  ])('does not send a value that is %s', (_what, value) => {
    expect(toBulkItem(record(value), INDEXING)).toMatchObject({ id: 'e1', reason: 'NotOneObjectOnOneLine' });
  });

  it('does not send a record without value', () => {
    expect(toBulkItem(record(null), INDEXING)).toMatchObject({ reason: 'Tombstone' });
  });

  it.each([
    ['empty', ''],
    ['over 512 bytes', 'é'.repeat(257)],
  ])('does not send an id that is %s', (_what, id) => {
    expect(toBulkItem(record('{}', { 'event-id': id }), INDEXING)).toMatchObject({ id: null, reason: 'BadEventId' });
  });

  it('escapes an id so that it cannot end its action line', () => {
    const id = 'a"}}\n{"delete":{"_id":"x';
    const [action] = linesOf(toBulkItem(record('{}', { 'event-id': id }), INDEXING));
    expect(action).toEqual({ index: { _id: id } });
  });
});
