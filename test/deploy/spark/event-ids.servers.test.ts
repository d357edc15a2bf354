import fc from 'fast-check';
import { rawEventId } from '../../../activities/reconciliation/event-id';
import { judgeEach, type JudgedBatch, type RawRecord } from './judged-records';
import { idOf, planOf } from './spark-run';

const FUZZED_RECORDS = 3_000;
const FUZZED_PER_PLACE = 300;

type Bytes = string | Buffer | null;

const bytes = (given: Bytes): Buffer | null => (given === null ? null : Buffer.from(given));

/** The id that the proof gives a record, to which a header without a value is not delivered. */
function idOfProof({ topics, rules, source }: JudgedBatch['plan'], { key, value, headers }: RawRecord, at: number) {
  const given = Object.entries(headers).flatMap(([name, header]) => (header === null ? [] : [[name, bytes(header)]]));
  const delivered = { partition: 0, offset: String(at), timestamp: '0', key: bytes(key), value: bytes(value) };
  const record = { ...delivered, headers: Object.fromEntries(given) as Record<string, Buffer> };
  return rawEventId(topics.raw, record, rules.fields.eventId, source.kind === 'file');
}

const PAYLOAD = '{"eventId":"of-payload"}';

function record(value: Bytes, header?: Bytes): RawRecord {
  return { key: null, value, headers: header === undefined ? {} : { 'event-id': header } };
}

/** With every kind of header, and with every kind of id in the payload. */
function oddRecords(): RawRecord[] {
  const headers = [undefined, null, '', 'given', 'é'.repeat(200), 'é'.repeat(201), 'x'.repeat(40_000), 'a\0b', 'a\nb'];
  const names = ['""', 'null', '"a\\u0000b"', '"\\ud83d\\ude00"', '"\\ud800"', `"${'x'.repeat(401)}"`];
  const numbers = ['17', '-0', '17.0', '1e2', '9007199254740993', '-9223372036854775808', '9223372036854775808'];
  return [
    ...headers.flatMap((header) => [PAYLOAD, '{}', '{', '', null].map((value) => record(value, header))),
    record(PAYLOAD, Buffer.from([0xc3, 0x28])),
    ...[...names, ...numbers].map((id) => record(`{"eventId":${id},"text":"1\\"2"}`)),
  ];
}

function anyRecords(): RawRecord[] {
  const id = fc.oneof(fc.string(), fc.constantFrom('x'.repeat(400), 'x'.repeat(401), '\ud800', '\0'));
  const value = fc.oneof(
    fc.record({ eventId: fc.oneof(id, fc.jsonValue()) }).map((object) => JSON.stringify(object)),
    fc.json(),
    fc.tuple(id, fc.json()).map(([given, other]) => `{"eventId":${JSON.stringify(given)},"other":${other}}`),
  );
  const records = fc.tuple(value, fc.option(id, { nil: undefined })).map(([given, header]) => record(given, header));
  return fc.sample(records, FUZZED_RECORDS);
}

/** Places of an event id, and where a record may have something for them. */
const PLACES: readonly (readonly [place: object, kind: 'topic' | 'file'])[] = [
  [{ path: 'a.0.id' }, 'topic'],
  [{ path: ['a', 'b.c'] }, 'file'],
  [{ key: true }, 'topic'],
  [{ key: 'a.id' }, 'topic'],
  [{ header: 'seq' }, 'topic'],
  [{ header: 'pipeline-row' }, 'topic'],
  [{ join: ['a', { path: 'b.id' }] }, 'file'],
  [{ join: [{ key: true }, { header: 'seq' }, { constant: 'x|y' }, 'a'], separator: ':' }, 'topic'],
];

/** Records with texts, numbers, lists and objects where those places are. */
function placedRecords(): RawRecord[] {
  const part = fc.oneof(
    fc.constantFrom('', '|', ':', '\\', '\\|', 'a|b', 'ü', '😀', '\0', '$&', 'x'.repeat(399)),
    fc.constantFrom(0, -0, 1.5, 2 ** 53, true, null, [1], {}),
    fc.string({ maxLength: 3 }),
  );
  const leaf = fc.oneof(part, fc.record({ id: part }, { requiredKeys: [] }), fc.record({ 'b.c': part }));
  const inside = fc.oneof(leaf, fc.array(leaf, { maxLength: 2 }), fc.record({ 0: leaf }));
  const object = fc.record({ a: inside, b: inside }, { requiredKeys: [] }).map((value) => JSON.stringify(value));
  const text = fc.oneof(
    part.map(String),
    object,
    fc.constantFrom(Buffer.of(0xc3, 0x28), '{"a":{"id":1,"id":1}}', null),
  );
  const names = fc.constantFrom('seq', 'pipeline-row', 'event-id');
  const headers = fc.dictionary(names, text, { maxKeys: 2 });
  return fc.sample(fc.record({ key: text, value: fc.oneof(object, text), headers }), FUZZED_PER_PLACE);
}

function batchOf(place: object | string, kind: 'topic' | 'file', records: readonly RawRecord[]): JudgedBatch {
  const from = kind === 'topic' ? { topic: 'plant.readings' } : { path: 'rows.ndjson', format: 'ndjson' };
  return { plan: planOf('event-ids', { source: { kind, ...from, fields: { eventId: place } } }), records };
}

describe('the event id of a raw record', () => {
  it('is the same for the Spark job and for the proof, whatever header, key and value it has', () => {
    const rows = { 'pipeline-row': 'row-1' };
    const batches = [
      batchOf('eventId', 'topic', [...oddRecords(), ...anyRecords()]),
      batchOf('eventId', 'file', [
        { key: null, value: PAYLOAD, headers: rows },
        { key: null, value: '{', headers: rows },
        { key: null, value: '{"eventId":true}', headers: rows },
        { key: null, value: PAYLOAD, headers: { ...rows, 'event-id': 'given' } },
        { key: null, value: PAYLOAD, headers: { ...rows, 'event-id': '' } },
        { key: null, value: null, headers: { 'pipeline-row': '' } },
      ]),
      ...PLACES.map(([place, kind]) => batchOf(place, kind, placedRecords())),
    ];
    const outputs = judgeEach(batches).map(({ written }) => written);
    const judged = outputs.map((written) => written.map(idOf));
    for (const [index, { plan, records }] of batches.entries()) {
      expect(judged[index]).toEqual(records.map((each, offset) => idOfProof(plan, each, offset)));
    }
    // Those of a header without a value.
    expect(judged[0]?.slice(5, 8)).toEqual(['of-payload', 'plant.readings-0-6', 'plant.readings-0-7']);
    expect(judged[1]).toEqual(['of-payload', 'row-1', 'row-1', 'given', 'row-1', 'event-ids.raw-0-5']);
    // Of dead letters, which a redrive may publish again.
    expect(outputs[1]?.map(({ headers }) => headers['pipeline-row'])).toEqual([...Array<string>(5).fill('row-1'), '']);
  });
});
