import { pipelineFailure } from '../../../activities/contracts/failures';
import { topicSample } from '../../../activities/inspection/topic-sample';
import { proposal } from '../../../activities/inspection/proposal';
import type { IncomingRecord, KafkaGateway } from '../../../activities/kafka';

interface Record_ {
  readonly key?: string;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Partitions with records at every second offset, as compaction leaves them; reading one of them fails. */
function kafkaWith(partitions: readonly (readonly Record_[])[], unreadable = -1): KafkaGateway {
  const ends = partitions.map((records, partition) => [partition, String(records.length * 2)] as const);
  const readRange: KafkaGateway['readRange'] = async ({ partition, from, to }, handle) => {
    if (partition === unreadable) throw pipelineFailure('RecordsUnreadable', 'a batch is damaged');
    const all = (partitions[partition] ?? []).map((record, at) => incoming(record, partition, at * 2));
    await handle(all.filter(({ offset }) => Number(offset) >= Number(from) && Number(offset) < Number(to)));
  };
  const start = Object.fromEntries(ends.map(([partition]) => [partition, '0']));
  const offsets: KafkaGateway['offsets'] = () => Promise.resolve({ start, end: Object.fromEntries(ends) });
  return { offsets, readRange } as unknown as KafkaGateway;
}

function incoming({ key, value, headers = {} }: Record_, partition: number, offset: number): IncomingRecord {
  return {
    ...{ partition, offset: String(offset), timestamp: '1767600000000' },
    key: key === undefined ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)])),
  };
}

async function proposed(records: readonly Record_[]): Promise<ReturnType<typeof proposal>> {
  return proposal(await topicSample(kafkaWith([records]), 'plant.readings'), {});
}

const TIME = '2026-01-05T00:00:00Z';

describe('the sample of a topic', () => {
  it('has the first thousand records, as many of each partition, whatever gaps the log has', async () => {
    const records = Array.from({ length: 900 }, (_none, at) => ({ value: JSON.stringify({ at }) }));
    const { records: found, sampled } = await topicSample(kafkaWith([records, records, [{ value: '{}' }]]), 'many');
    const counts = [0, 1, 2].map((partition) => found.filter((record) => record.partition === partition).length);
    expect(counts).toEqual([334, 334, 1]);
    expect(sampled).toBe(669);
  });

  it('ends in a partition at a batch that cannot be read, and says so', async () => {
    const sample = await topicSample(kafkaWith([[{ value: '{}' }], [{ value: '{}' }]], 0), 'damaged');
    expect(sample.records.map(({ partition }) => partition)).toEqual([1]);
    expect(sample.notes).toEqual(['a batch is damaged']);
  });

  it('names the framing of a schema registry', async () => {
    const framed = Buffer.from([0, 0, 0, 0, 7, 2, 4, 6]);
    const { facts } = await topicSample(kafkaWith([[{ value: framed }, { value: '{}' }]]), 'framed');
    expect(facts).toContain('schema registry: 1 of 2 records, Avro or Protobuf, schema ids 7');
  });
});

describe('the proposal for a topic', () => {
  it('takes the device from the key if the value has none', async () => {
    const records = [0, 1, 0].map((device) => ({
      key: `device-${device}`,
      value: JSON.stringify({ timestamp: TIME, temp_c: 20.5 }),
    }));
    const { input, questions } = await proposed(records);
    expect(input['source']).toEqual({
      ...{ kind: 'topic', topic: 'plant.readings' },
      fields: { deviceId: { key: true }, timestamp: { column: 'timestamp' }, temperature: 'temp_c' },
    });
    expect(questions).toEqual([
      {
        setting: 'source.fields.deviceId',
        asks: expect.stringContaining('Which device') as string,
        answers: [{ key: true }, { constant: 'plant.readings' }].map((deviceId) => ({
          source: { fields: { deviceId } },
        })),
      },
    ]);
  });

  it('takes it from a header, or from a key of JSON, whose name says so', async () => {
    const value = JSON.stringify({ time: 1_704_456_000_000, 'rh_%': 50 });
    const byHeader = await proposed([{ value, headers: { sensor: 's1', 'pipeline-run': 'r', 'event-id': 'e' } }]);
    expect(byHeader.input['source']).toMatchObject({
      fields: { deviceId: { header: 'sensor' }, timestamp: { column: 'time', format: 'ms' }, humidity: 'rh_%' },
    });
    const byKey = await proposed([{ key: '{"site":{"node":"n1"}}', value }]);
    expect(byKey.input['source']).toMatchObject({ fields: { deviceId: { key: 'site.node' } } });
    expect(byKey.questions).toEqual([]);
  });

  it('finds nested fields, and names that have dots', async () => {
    const value = JSON.stringify({ device: 'd', ts: TIME, 'a.b': { temp_f: 68 }, list: [{ rh: 51 }, { rh: 52 }] });
    const { input, places } = await proposed([{ value }]);
    expect(input['source']).toMatchObject({
      fields: {
        temperature: { path: ['a.b', 'temp_f'], unit: '°F' },
        rh: { path: 'list.0.rh' },
        measuredRh: { path: 'list.1.rh' },
      },
    });
    expect(places.map(({ name, becomes }) => [name, becomes])).toEqual([
      ['device', 'deviceId'],
      ['ts', 'timestamp'],
      ['a.b.temp_f', 'measurement temperature'],
      ['list.0.rh', 'measurement rh'],
      ['list.1.rh', 'measurement measuredRh'],
    ]);
  });
});
