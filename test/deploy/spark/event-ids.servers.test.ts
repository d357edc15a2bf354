import fc from 'fast-check';
import { rawEventId } from '../../../activities/reconciliation/event-id';
import { judge, type RawRecord } from './judged-records';
import { idOf, planOf } from './spark-run';

const FUZZED_RECORDS = 3_000;
const plan = planOf('event-ids', { source: { kind: 'topic', topic: 'plant.readings' } });

function record(value: RawRecord['value'], header?: string | Buffer | null): RawRecord {
  return { key: null, value, headers: header === undefined ? {} : { 'event-id': header } };
}

/** The id that the proof gives a record, to which a header without a value is not delivered. */
function idOfProof({ key, value, headers }: RawRecord, offset: number): string {
  const bytes = (given: string | Buffer | null): Buffer | null => (given === null ? null : Buffer.from(given));
  const given = Object.entries(headers).flatMap(([name, header]) => (header === null ? [] : [[name, bytes(header)]]));
  const delivered = { partition: 0, offset: String(offset), timestamp: '0', key: bytes(key), value: bytes(value) };
  return rawEventId(
    plan.topics.raw,
    { ...delivered, headers: Object.fromEntries(given) as Record<string, Buffer> },
    'eventId',
  );
}

const PAYLOAD = '{"eventId":"of-payload"}';

/** With every kind of header, and with every kind of id in the payload. */
function oddRecords(): RawRecord[] {
  const headers = [undefined, null, '', 'given', 'é'.repeat(200), 'é'.repeat(201), 'x'.repeat(40_000), 'a\0b', 'a\nb'];
  const ids = ['""', '17', 'null', '"a\\u0000b"', '"\\ud83d\\ude00"', '"\\ud800"', `"${'x'.repeat(401)}"`];
  return [
    ...headers.flatMap((header) => [PAYLOAD, '{}', '{', '', null].map((value) => record(value, header))),
    record(PAYLOAD, Buffer.from([0xc3, 0x28])),
    ...ids.map((id) => record(`{"eventId":${id}}`)),
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

describe('the event id of a raw record', () => {
  it('is the same for the Spark job and for the proof, whatever header, key and value it has', () => {
    const records = [...oddRecords(), ...anyRecords()];
    const ids = judge(plan, records).written.map(idOf);
    expect(ids).toEqual(records.map(idOfProof));
    // Those of a header without a value.
    expect(ids.slice(5, 8)).toEqual(['of-payload', 'plant.readings-0-6', 'plant.readings-0-7']);
  });
});
