import { createHash, randomUUID } from 'node:crypto';
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';

let gateway: KafkaGateway;
let admin: Admin;
beforeAll(async () => {
  const brokers = [...stackAddresses().kafkaBrokers];
  gateway = createKafkaGateway({ brokers, clientId: 'compressed' });
  admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  await gateway.close();
  await admin.disconnect();
});

/** The broker compresses what it receives, with the same classes as the Java clients. */
async function newTopic(codec: string): Promise<string> {
  const topic = `compressed-${codec}-${randomUUID()}`;
  const configEntries = [{ name: 'compression.type', value: codec }];
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
  return topic;
}

async function publish(topic: string, values: readonly string[]): Promise<void> {
  await gateway.publish(
    topic,
    values.map((value) => ({ key: null, value, headers: { 'event-id': value } })),
  );
}

async function read(topic: string, from: number, to: number, seen: string[] = []): Promise<string[]> {
  await gateway.readRange({ topic, partition: 0, from: String(from), to: String(to) }, (records) => {
    seen.push(...records.map(({ value }) => String(value)));
  });
  return seen;
}

describe('a compressed topic', () => {
  it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
    'is read with %s, several batches and from the middle of one',
    async (codec) => {
      const topic = await newTopic(codec);
      const values = Array.from({ length: 4_000 }, (_, n) =>
        JSON.stringify({
          n,
          noise: createHash('sha256').update(String(n)).digest('hex'),
          text: 'the same words '.repeat(9),
        }),
      );
      await publish(topic, values.slice(0, 3_000));
      await publish(topic, values.slice(3_000));
      expect(await read(topic, 0, 4_000)).toEqual(values);
      expect(await read(topic, 1_234, 3_987)).toEqual(values.slice(1_234, 3_987));
    },
  );
});

/** Damages every batch that has these bytes, on its way from the broker to the client. */
function damageBatchesWith(bytes: string): void {
  const { decompress } = CompressionCodecs[CompressionTypes.ZSTD]() as {
    decompress: (batch: Buffer) => Promise<Buffer>;
  };
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    decompress: async (batch: Buffer) => {
      const records = await decompress(batch);
      return records.includes(bytes) ? await decompress(batch.subarray(1)) : records;
    },
  });
}

describe('a damaged batch', () => {
  let topic: string;
  beforeAll(async () => {
    topic = await newTopic('zstd');
    for (const value of ['v0', 'v2', 'damaged', 'v6']) await publish(topic, [value, `${value}-next`]);
    damageBatchesWith('damaged');
  });

  it('fails a read without retries, after what is before it, naming its first offset and the codec', async () => {
    const seen: string[] = [];
    await expect(read(topic, 1, 8, seen)).rejects.toMatchObject({
      type: 'RecordsUnreadable',
      nonRetryable: true,
      message: expect.stringMatching(/partition 0: .* at offset 4,.*\(zstd: /) as string,
      details: [{ topic, partition: 0, offset: '4' }],
    });
    expect(seen).toEqual(['v0-next', 'v2', 'v2-next']);
  });

  it('fails neither a read that ends before it nor one that begins after it', async () => {
    expect(await read(topic, 0, 4)).toEqual(['v0', 'v0-next', 'v2', 'v2-next']);
    expect(await read(topic, 6, 8)).toEqual(['v6', 'v6-next']);
  });
});
