import { createHash } from 'node:crypto';
import { MAX_ORIGINAL_BYTES, MAX_RAW_RECORD_BYTES } from '../../../activities/contracts/record';
import { ProtectKey } from '../../../activities/protect-key';
import { publishBatch } from '../../../activities/sources/publish-batch';
import { RecordingKafka } from './recording-kafka';
import { sourcePlan } from './source-plan';

const plan = sourcePlan({});
const record = (number: number, bytes: number, key: string | null = 'device') => ({
  id: `id-${number}`,
  position: `sequence ${number}`,
  key,
  value: Buffer.alloc(bytes, 'x'),
});

describe('publishBatch', () => {
  it('publishes records up to the limit of key and value together', async () => {
    const kafka = new RecordingKafka();
    const counts = await publishBatch(kafka, plan, [
      record(0, MAX_RAW_RECORD_BYTES - 6),
      record(1, MAX_RAW_RECORD_BYTES - 5),
      record(2, MAX_RAW_RECORD_BYTES, null),
    ]);
    expect(kafka.ids('sources.raw')).toEqual(['id-0', 'id-2']);
    expect(kafka.ids('sources.dead-letter')).toEqual(['id-1']);
    expect(counts).toEqual({ published: 2, deadLetters: 1, bytes: 2 * MAX_RAW_RECORD_BYTES });
  });

  it('creates a dead letter of a too large record, with its position and a digest of the whole', async () => {
    const kafka = new RecordingKafka();
    const large = record(7, 2_000_000);
    await publishBatch(kafka, plan, [large]);
    expect(kafka.deadLetters('sources.dead-letter')).toEqual([
      {
        id: 'id-7',
        stage: 'source',
        reason: 'TooLarge',
        detail: `Expected at most ${MAX_RAW_RECORD_BYTES} bytes of key and value, got 2000006.`,
        topic: 'sources.raw',
        offset: 'sequence 7',
        originalLength: 2_000_000,
        originalSha256: createHash('sha256').update(large.value).digest('hex'),
        original: large.value.subarray(0, MAX_ORIGINAL_BYTES).toString('base64'),
      },
    ]);
    expect(kafka.records('sources.dead-letter')[0]).toMatchObject({
      key: 'device',
      headers: { 'event-id': 'id-7', 'pipeline-run': 'run-1' },
    });
  });

  it('creates a dead letter without any value of a record if values are protected', async () => {
    const kafka = new RecordingKafka();
    const key = new ProtectKey(Buffer.alloc(32, 'k'));
    const large = record(7, 2_000_000);
    await publishBatch(kafka, plan, [large], key);
    const [letter] = kafka.deadLetters('sources.dead-letter');
    expect(letter).toMatchObject({
      originalLength: 2_000_000,
      originalHmac: key.digest(large.value),
      id: key.hash('id-7'),
    });
    expect([letter?.original, letter?.originalSha256]).toEqual([undefined, undefined]);
    expect(kafka.records('sources.dead-letter')[0]).toMatchObject({
      key: key.hash('id-7'),
      headers: { 'event-id': key.hash('id-7'), 'pipeline-run': 'run-1', 'pipeline-protected': key.fingerprint },
    });
  });

  it('creates a dead letter of a record that the topic rejects', async () => {
    const kafka = new RecordingKafka(1_000);
    const counts = await publishBatch(kafka, plan, [record(0, 10), record(1, 2_000), record(2, 10)]);
    expect(kafka.ids('sources.raw')).toEqual(['id-0', 'id-2']);
    expect(kafka.deadLetters('sources.dead-letter')).toMatchObject([{ id: 'id-1', reason: 'TooLarge' }]);
    expect(counts).toEqual({ published: 2, deadLetters: 1, bytes: 32 });
  });

  it('omits a key that would make the dead letter too large', async () => {
    const kafka = new RecordingKafka();
    await publishBatch(kafka, plan, [record(0, 10, 'k'.repeat(MAX_RAW_RECORD_BYTES))]);
    expect(kafka.records('sources.dead-letter')[0]?.key).toBeNull();
  });
});
