import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners, type Message } from 'kafkajs';
import { createKafkaGateway, type IncomingRecord, type KafkaGateway } from '../../../activities/kafka';
import { rawEventId } from '../../../activities/reconciliation/event-id';
import { stackAddresses } from '../../support/stack';

const LONG_NAME = 'n'.repeat(40_000);
const LONG_VALUE = 'v'.repeat(40_000);
const NAMES_OF_OBJECTS = JSON.parse(
  '{"__proto__":"a","constructor":"b","toString":["c","d"],"event-id":"e"}',
) as Readonly<Record<string, string>>;

type Headers = Readonly<Record<string, string>>;

/** Messages, and their headers as a reader has them; an empty `event-id` is written as one without a value. */
const MESSAGES: readonly (readonly [Message, Headers])[] = [
  [{ key: null, value: '{}', headers: {} }, {}],
  [{ key: '', value: '', headers: { 'event-id': 'empty' } }, { 'event-id': 'empty' }],
  [{ key: 'tombstone', value: null, headers: { 'event-id': 'none' } }, { 'event-id': 'none' }],
  [{ value: '{"eventId":"of-payload"}', headers: { 'event-id': '' } }, {}],
  [{ value: '{"eventId":17}', headers: { 'event-id': ['', 'second'] } }, {}],
  [{ value: '{}', headers: { 'event-id': ['first', 'second'] } }, { 'event-id': 'first' }],
  [{ value: '{}', headers: { 'a\0b': 'c\0d' } }, { 'a\0b': 'c\0d' }],
  [{ value: '{}', headers: { [LONG_NAME]: LONG_VALUE } }, { [LONG_NAME]: LONG_VALUE }],
  [{ value: '{}', headers: NAMES_OF_OBJECTS }, { 'event-id': 'e' }],
];

let gateway: KafkaGateway;
let topic: string;
const records: IncomingRecord[] = [];
beforeAll(async () => {
  const brokers = [...stackAddresses().kafkaBrokers];
  gateway = createKafkaGateway({ brokers, clientId: 'odd-records' });
  topic = `odd-${randomUUID()}`;
  await gateway.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_048_588 }]);
  writeEmptyIdsAsNull();
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const messages = MESSAGES.map(([message]) => message);
  await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
  await producer.disconnect();
  const range = { topic, partition: 0, from: '0', to: String(MESSAGES.length) };
  await gateway.readRange(range, (batch) => {
    records.push(...batch);
  });
});
afterAll(async () => {
  await gateway.close();
});

/** KafkaJS cannot write a header without a value; in the bytes of a batch it differs from an empty one in its length. */
function writeEmptyIdsAsNull(): void {
  const codec = CompressionCodecs[CompressionTypes.GZIP]() as object;
  const compress = ({ buffer }: { readonly buffer: Buffer }): Promise<Buffer> => {
    const bytes = buffer.toString('latin1').replaceAll('event-id\x00', 'event-id\x01');
    return Promise.resolve(gzipSync(Buffer.from(bytes, 'latin1')));
  };
  CompressionCodecs[CompressionTypes.GZIP] = () => ({ ...codec, compress });
}

describe('a reader of odd records', () => {
  it('delivers the first header of each name, if it has a value, as the Spark job sees it', () => {
    const texts = ({ headers }: IncomingRecord): unknown =>
      Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()]);
    expect(records.map(texts)).toEqual(MESSAGES.map(([, headers]) => Object.entries(headers)));
  });

  it('delivers keys and values, or null where there is none', () => {
    const text = (bytes: Buffer | null | undefined): string | null => bytes?.toString() ?? null;
    expect(records.slice(0, 3).map(({ key, value }) => [text(key), text(value)])).toEqual([
      [null, '{}'],
      ['', ''],
      ['tombstone', null],
    ]);
  });

  it('gives the proof the id that a record would have without the empty header', () => {
    expect(records.map((record) => rawEventId(topic, record, { kind: 'value', path: ['eventId'] }, false))).toEqual([
      `${topic}-0-0`,
      'empty',
      'none',
      'of-payload',
      '17',
      'first',
      `${topic}-0-6`,
      `${topic}-0-7`,
      'e',
    ]);
  });
});
