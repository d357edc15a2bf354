import { avroJson } from '../../../../activities/reconciliation/avro-json';
import { AvroSchemaParser } from '../../../../activities/reconciliation/avro-schema';
import { RecordFacts } from '../../../../activities/reconciliation/record-facts';
import { framed } from '../../../support/framed';
import { newRequest } from '../../reconciliation/written-run';
import { DeadLetterRun } from './dead-letter-run';

let run: DeadLetterRun;
beforeAll(async () => {
  run = await DeadLetterRun.open();
});
afterAll(async () => {
  await run.close();
});

describe('redriveSlice, a dead letter in Avro', () => {
  it('publishes Avro again byte for byte, so that the proof finds the same id and content as before', async () => {
    const type = new AvroSchemaParser().parse(
      '{"type":"record","name":"R","fields":[{"name":"eventId","type":"string"},{"name":"t","type":"double"}]}',
    );
    const original = framed(7, Buffer.concat([Buffer.from([4]), Buffer.from('p1'), Buffer.alloc(8, 0xf0)]));
    const proof = new RecordFacts({ ...newRequest('r1', 0, run.name), plan: null }, false, {
      prepare: () => Promise.resolve(),
      jsonOf: ({ value }) => Buffer.from(avroJson(type, value?.subarray(5) ?? Buffer.alloc(0)) ?? ''),
    });
    const before = { key: null, value: original, headers: {}, partition: 0, offset: '7', timestamp: '1' };
    await run.kafka.publish(run.topic('dead-letter'), [run.deadLetter({ id: 'p1', original })]);
    await run.indexDeadLetters();
    await run.redrive({});
    const [redriven] = await run.read('raw');
    if (redriven === undefined) throw new Error('expected a record');
    expect(redriven.value).toEqual(original);
    expect(proof.ofRaw(redriven)).toEqual(proof.ofRaw(before));
    expect(proof.ofRaw(before)).toMatchObject({ id: 'p1' });
  });
});
