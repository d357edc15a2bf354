import { createServer } from 'node:net';
import { describeStatus, stackStatus } from '../../deploy/local/status';
import { loadConfig } from '../../workers/config';
import { stackAddresses, workerEnvironment } from '../support/stack';
import { freePort } from './state-folder';

/** The shared servers as external servers. */
function environment(): Record<string, string> {
  const { temporal, kafkaBrokers, elasticsearchNode } = stackAddresses();
  return {
    ...workerEnvironment(),
    TEMPORAL_ADDRESS: temporal,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    ELASTICSEARCH_NODE: elasticsearchNode,
  };
}

async function problems(changes: Record<string, string>): Promise<Record<string, string | undefined>> {
  const parts = await stackStatus(loadConfig({ ...environment(), ...changes }));
  return Object.fromEntries(parts.map(({ name, problem }) => [name, problem]));
}

describe('the status of the stack', () => {
  it('probes every server, and reports that worker and page do not run', async () => {
    const port = await freePort();
    expect(await problems({ PAGE_PORT: String(port) })).toEqual({
      temporal: undefined,
      kafka: undefined,
      elasticsearch: undefined,
      page: `connect ECONNREFUSED 127.0.0.1:${port}`,
      worker: 'not running',
    });
  });

  it('reports for each server why it does not answer', async () => {
    const port = await freePort();
    const found = await problems({
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
      KAFKA_BROKERS: `127.0.0.1:${port}`,
      ELASTICSEARCH_NODE: `http://127.0.0.1:${port}`,
    });

    const refused = expect.stringContaining(`connect ECONNREFUSED 127.0.0.1:${port}`) as string;
    expect(found).toMatchObject({ temporal: refused, kafka: refused, elasticsearch: refused });
  });

  it('accepts one available Kafka broker of several', async () => {
    const { kafkaBrokers } = stackAddresses();
    const brokers = [`127.0.0.1:${await freePort()}`, ...kafkaBrokers].join(',');

    expect(await problems({ KAFKA_BROKERS: brokers })).toMatchObject({ kafka: undefined });
  });

  it('reports a missing Temporal namespace', async () => {
    const { temporal } = await problems({ TEMPORAL_NAMESPACE: 'nowhere' });

    expect(temporal).toContain('Namespace nowhere is not found');
  });

  it('does not accept a server of another kind', async () => {
    const chatty = createServer((socket) =>
      socket.on('error', () => undefined).end('220 mail.example ready for you\r\n'),
    );
    await new Promise<void>((resolve) => chatty.listen(0, '127.0.0.1', resolve));
    const { port } = chatty.address() as { port: number };
    try {
      const found = await problems({ TEMPORAL_ADDRESS: `127.0.0.1:${port}`, KAFKA_BROKERS: `127.0.0.1:${port}` });

      expect(found['kafka']).toEqual(expect.any(String));
      expect(found['temporal']).toEqual(expect.any(String));
    } finally {
      chatty.close();
    }
  });

  it('shows one line for each part', async () => {
    const text = describeStatus(await stackStatus(loadConfig(environment())));

    expect(text.split('\n')).toHaveLength(6);
    expect(text).toMatch(/^kafka +external +- +127\.0\.0\.1:\d+ +- +ready$/m);
  });
});
