import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { createKafkaGateway, type IncomingRecord, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';

let kafka: KafkaGateway;

beforeAll(() => {
  kafka = createKafkaGateway({ brokers: stackAddresses().kafkaBrokers, clientId: 'gateway-test' });
});
afterAll(async () => {
  await kafka.close();
});

async function newTopic(partitions = 1): Promise<string> {
  const topic = `gateway-${randomUUID()}`;
  await kafka.prepareTopics([{ topic, partitions, maxMessageBytes: 1_048_588 }]);
  return topic;
}

async function read(topic: string, from: string, to: string, partition = 0): Promise<IncomingRecord[]> {
  const seen: IncomingRecord[] = [];
  await kafka.readRange({ topic, partition, from, to }, (records) => {
    seen.push(...records);
  });
  return seen;
}

describe('the Kafka gateway', () => {
  it('creates a topic once and leaves it as it is the second time', async () => {
    const topic = await newTopic(3);
    await kafka.prepareTopics([{ topic, partitions: 7, maxMessageBytes: 1_000 }]);
    expect((await kafka.offsets(topic)).end).toEqual({ 0: '0', 1: '0', 2: '0' });
  });

  it('reads exactly the requested range, in order, with headers', async () => {
    const topic = await newTopic();
    const records = Array.from({ length: 5_000 }, (_, n) => ({
      key: 'k',
      value: `v${n}`,
      headers: { 'event-id': `e${n}` },
    }));
    await kafka.publish(topic, records);

    const seen = await read(topic, '1234', '4321');
    expect(seen).toHaveLength(4_321 - 1_234);
    expect(seen.map(({ offset }) => Number(offset))).toEqual(seen.map((_, n) => 1_234 + n));
    expect(seen[0]?.value?.toString()).toBe('v1234');
    expect(seen[0]?.headers['event-id']?.toString()).toBe('e1234');
    expect(Math.abs(Date.now() - Number(seen[0]?.timestamp))).toBeLessThan(600_000);
  });

  it('reads ranges one after the other, forwards and backwards, from readers that stay open', async () => {
    const topic = await newTopic(2);
    const records = Array.from({ length: 6_000 }, (_, n) => ({ key: `k${n}`, value: `v${n}`, headers: {} }));
    await kafka.publish(topic, records);
    const { end } = await kafka.offsets(topic);
    for (const partition of [0, 1]) {
      const last = Number(end[partition]);
      const bounds = [0, 700, 1_400, last, 300, 301, 301, 900, 2, last];
      for (const [index, from] of bounds.slice(0, -1).entries()) {
        const to = Math.max(from, bounds[index + 1] ?? 0);
        const seen = await read(topic, String(from), String(to), partition);
        expect(seen.map(({ offset }) => Number(offset))).toEqual(Array.from({ length: to - from }, (_, n) => from + n));
      }
    }
  });

  it('continues where a handler failed or a read was aborted', async () => {
    const topic = await newTopic();
    await kafka.publish(
      topic,
      Array.from({ length: 3_000 }, (_, n) => ({ key: null, value: `v${n}`, headers: {} })),
    );
    const range = { topic, partition: 0, from: '0', to: '3000' };
    for (let round = 0; round < 3; round++) {
      await expect(kafka.readRange(range, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
      const abort = new AbortController();
      const never = kafka.readRange({ ...range, signal: abort.signal }, async () => {
        abort.abort(new Error('enough'));
        await new Promise((resolve) => setImmediate(resolve));
      });
      await expect(never).rejects.toThrow('enough');
      expect((await read(topic, '10', '2990')).map(({ offset }) => Number(offset))).toEqual(
        Array.from({ length: 2_980 }, (_, n) => 10 + n),
      );
    }
  });

  it('allows two concurrent reads of one partition', async () => {
    const topic = await newTopic();
    await kafka.publish(
      topic,
      Array.from({ length: 3_000 }, (_, n) => ({ key: null, value: `v${n}`, headers: {} })),
    );
    const both = await Promise.all([read(topic, '0', '2000'), read(topic, '1000', '3000')]);
    expect(both.map((seen) => [seen.length, seen[0]?.offset])).toEqual([
      [2_000, '0'],
      [2_000, '1000'],
    ]);
  });

  it('publishes records of a million bytes beside small ones', async () => {
    const topic = await newTopic();
    const value = (bytes: number): string => 'x'.repeat(bytes);
    await kafka.publish(
      topic,
      [10, 1_000_000, 20, 1_000_000, 30].map((bytes) => ({ key: null, value: value(bytes), headers: {} })),
    );
    const sizes = (await read(topic, '0', '5')).map((record) => record.value?.length);
    expect(sizes).toEqual([10, 1_000_000, 20, 1_000_000, 30]);
  });

  it('reads nothing of an empty range', async () => {
    expect(await read(await newTopic(), '0', '0')).toEqual([]);
  });

  it.each([
    ['above the end', '3', '9'],
    ['wholly above the end', '8', '9'],
  ])('rejects a range %s instead of reading something else', async (_what, from, to) => {
    const topic = await newTopic();
    await kafka.publish(
      topic,
      Array.from({ length: 5 }, () => ({ key: null, value: '1', headers: {} })),
    );
    await expect(read(topic, from, to)).rejects.toMatchObject({ type: 'OffsetOutOfRange', nonRetryable: true });
  });

  it('rethrows the error of the handler', async () => {
    const topic = await newTopic();
    await kafka.publish(topic, [{ key: null, value: '1', headers: {} }]);
    const failing = kafka.readRange({ topic, partition: 0, from: '0', to: '1' }, () =>
      Promise.reject(new Error('full')),
    );
    await expect(failing).rejects.toThrow('full');
  });

  it('stops reading when the signal aborts', async () => {
    const topic = await newTopic();
    await kafka.publish(
      topic,
      Array.from({ length: 1_000 }, () => ({ key: null, value: '1', headers: {} })),
    );
    const abort = new AbortController();
    const reading = kafka.readRange({ topic, partition: 0, from: '0', to: '1000', signal: abort.signal }, async () => {
      abort.abort(new Error('enough'));
      await new Promise((resolve) => setImmediate(resolve));
    });
    await expect(reading).rejects.toThrow('enough');
  });

  it('copies checkpoints into a consumer group for lag tools', async () => {
    const topic = await newTopic(3);
    const group = `mirror-${randomUUID()}`;
    await kafka.mirrorOffsets(group, topic, { 0: '5', 2: '7' });
    await kafka.mirrorOffsets(group, topic, { 0: '6' });
    const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const [seen] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    await admin.disconnect();
    const offsets = seen?.partitions.map(({ partition, offset }) => [partition, offset]).sort();
    expect(offsets).toEqual([
      [0, '6'],
      [1, '-1'],
      [2, '7'],
    ]);
  });

  it('names a topic that does not exist', async () => {
    await expect(kafka.offsets('no-such-topic')).rejects.toMatchObject({ type: 'SourceMissing', nonRetryable: true });
  });

  it('reports an unavailable broker with a failure that is retried', async () => {
    const away = createKafkaGateway({ brokers: ['127.0.0.1:1'], clientId: 'gateway-test' });
    await expect(away.publish('any', [{ key: null, value: '1', headers: {} }])).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
    });
  });
});
