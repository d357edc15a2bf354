import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';
import { ClientSockets } from './client-sockets';
import { patiently } from './patiently';

const IDLE_MS = 1_500;
const TOPICS = 15;

let sockets: ClientSockets;
let kafka: KafkaGateway;
beforeEach(() => {
  const { kafkaBrokers } = stackAddresses();
  sockets = ClientSockets.watch(kafkaBrokers);
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'idle-gateway', idleMs: IDLE_MS });
});
afterEach(async () => {
  await kafka.close();
  sockets.stop();
});

async function newTopics(count: number): Promise<string[]> {
  const topics = Array.from({ length: count }, () => `idle-${randomUUID()}`);
  await kafka.prepareTopics(topics.map((topic) => ({ topic, partitions: 1, maxMessageBytes: 1_048_588 })));
  return topics;
}

/** All that a pipeline does with a topic. */
async function use(topic: string): Promise<string[]> {
  const { end } = await patiently(() => kafka.offsets(topic));
  const from = end[0] ?? '';
  await kafka.publish(topic, [{ key: null, value: `v${from}`, headers: {} }]);
  const seen: string[] = [];
  const to = String(BigInt(from) + 1n);
  await kafka.readRange({ topic, partition: 0, from, to }, (records) => {
    seen.push(...records.map(({ value }) => String(value)));
  });
  await kafka.mirrorOffsets(`group-${topic}`, topic, { 0: to });
  return seen;
}

describe('an idle gateway', () => {
  it('keeps no connection after many topics, and works when it is used again', async () => {
    const topics = await newTopics(TOPICS);
    for (const topic of topics) expect(await use(topic)).toEqual(['v0']);
    expect(sockets.made).toBeGreaterThan(TOPICS);
    // It ends by the timeout of the test where some are kept for ever.
    while (sockets.open > 0) await sleep(100);
    expect(await use(topics[0] ?? '')).toEqual(['v1']);
  });

  it('keeps its connections while they are used', async () => {
    const [topic = ''] = await newTopics(1);
    let made: number | null = null;
    let endMs = Number.POSITIVE_INFINITY;
    while (Date.now() < endMs) {
      const beganMs = Date.now();
      await use(topic);
      await sleep(IDLE_MS / 10);
      // On a machine that is too busy, connections are idle for too long between two uses.
      if (Date.now() - beganMs > IDLE_MS / 2) {
        made = null;
        endMs = Number.POSITIVE_INFINITY;
      } else if (made === null) {
        ({ made } = sockets);
        endMs = Date.now() + 3 * IDLE_MS;
      }
    }
    expect(sockets.made).toBe(made);
  });

  it('fetches nothing while no read is requested, and reads on when one is', async () => {
    const open = createKafkaGateway({ brokers: stackAddresses().kafkaBrokers, clientId: 'paused-gateway' });
    try {
      const [topic = ''] = await newTopics(1);
      await kafka.publish(
        topic,
        ['v0', 'v1'].map((value) => ({ key: null, value, headers: {} })),
      );
      const read = async (offset: number): Promise<string> => {
        let value = '';
        const range = { topic, partition: 0, from: String(offset), to: String(offset + 1) };
        await open.readRange(range, ([first]) => {
          value = String(first?.value);
        });
        return value;
      };
      expect([await read(0), await read(1)]).toEqual(['v0', 'v1']);
      const own = sockets.made;
      // Ten fetches otherwise; a heartbeat to the group is sent every three seconds.
      for (let before = -1; sockets.sent !== before;) {
        before = sockets.sent;
        await sleep(1_000);
      }
      expect(await read(0)).toBe('v0');
      expect(sockets.made).toBe(own);
    } finally {
      await open.close();
    }
  });

  it('does not end a read whose handler takes longer than that', async () => {
    const [topic = ''] = await newTopics(1);
    const records = Array.from({ length: 3 }, (_, n) => ({ key: null, value: `v${n}`, headers: {} }));
    await kafka.publish(topic, records);
    const seen: string[] = [];
    await kafka.readRange({ topic, partition: 0, from: '0', to: '3' }, async (some) => {
      await sleep(2 * IDLE_MS);
      seen.push(...some.map(({ value }) => String(value)));
    });
    expect(seen).toEqual(['v0', 'v1', 'v2']);
  });
});
