import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { endpointsOf, whyNotReady } from '../../deploy/local/endpoints';
import { createKafkaGateway } from '../../activities/kafka';
import { openElasticsearch } from '../../workers/clients';
import { loadConfig } from '../../workers/config';
import { kafkaServersOf } from '../../workers/connections';
import { type SecureStack, secureStack } from '../support/secure-stack';

type Server = 'temporal' | 'kafka' | 'elasticsearch';

/** Files that end with it hold the certificate, the key or the password of somebody. */
const SECRET = /\.(key|password|pem)$|\/(users|server\.properties)$/;

let stack: SecureStack;
beforeAll(async () => {
  stack = await secureStack();
}, 600_000);

/** Why a server does not let the worker in with other variables; undefined if it does. */
async function refusal(server: Server, changes: Readonly<Record<string, string>>): Promise<string | undefined> {
  const kept = Object.entries({ ...stack.clients.worker, ...changes }).filter(([, value]) => value !== '');
  return whyNotReady(endpointsOf(loadConfig(Object.fromEntries(kept)))[server]);
}

/** Why a server ends a TLS connection. */
async function tlsError(address: string, options: ConnectionOptions): Promise<string> {
  const port = Number(/\d+$/.exec(address)?.[0]);
  const ca = readFileSync(stack.authority);
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...options }, () => socket.write('?'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    socket.on('close', () => {
      resolve('closed');
    });
  });
}

describe('the servers of a secured stack', () => {
  it.each(['temporal', 'kafka', 'elasticsearch'] as const)('let the worker into %s', async (server) => {
    expect(await refusal(server, {})).toBeUndefined();
  });

  it('refuse plaintext', async () => {
    const { TEMPORAL_ADDRESS = '', KAFKA_BROKERS = '', ELASTICSEARCH_NODE = '' } = stack.clients.worker;
    const plain = loadConfig({
      TEMPORAL_ADDRESS,
      KAFKA_BROKERS,
      ELASTICSEARCH_NODE: ELASTICSEARCH_NODE.replace('https:', 'http:'),
    });
    const { temporal, kafka, elasticsearch } = endpointsOf(plain);
    for (const endpoint of [temporal, kafka, elasticsearch])
      expect(await whyNotReady(endpoint)).toEqual(expect.any(String));
  });

  it('refuse TLS 1.1', async () => {
    const { temporal, kafkaBrokers, elasticsearchNode } = stack.addresses;
    for (const address of [temporal, ...kafkaBrokers, elasticsearchNode]) {
      const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
      expect(await tlsError(address, old)).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    }
  });

  it('refuse a client of the Kafka controller without a certificate', async () => {
    const record = readFileSync(join(stack.stateFolder, 'processes', 'kafka.json'), 'utf8');
    const [, controller] = (JSON.parse(record) as { ports: number[] }).ports;
    expect(await tlsError(`127.0.0.1:${controller ?? 0}`, {})).toMatch(/CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE/);
  });

  it.each(['temporal', 'kafka', 'elasticsearch'] as const)(
    'are not trusted under another authority: %s',
    async (server) => {
      const { otherAuthority } = stack.refused;
      const found = await refusal(server, {
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: otherAuthority,
        KAFKA_CA_FILE: otherAuthority,
        ELASTICSEARCH_CA_FILE: otherAuthority,
      });
      expect(found).toMatch(/certificate|unknown CA|UnknownIssuer/i);
    },
  );

  it('refuse a wrong password', async () => {
    const { wrongPasswordFile } = stack.refused;
    expect(await refusal('kafka', { KAFKA_PASSWORD_FILE: wrongPasswordFile })).toMatch(/SASL|password/i);
    expect(await refusal('elasticsearch', { ELASTICSEARCH_PASSWORD_FILE: wrongPasswordFile })).toMatch(
      /unable to authenticate user \[worker\]/,
    );
  });

  it('refuse a client of Temporal whose certificate is missing, expired or of another authority', async () => {
    const { expired, foreign } = stack.refused;
    const as = ({ certificate, key }: { certificate: string; key: string }) =>
      refusal('temporal', { TEMPORAL_TLS_CLIENT_CERT_PATH: certificate, TEMPORAL_TLS_CLIENT_KEY_PATH: key });
    expect(await as({ certificate: '', key: '' })).toEqual(expect.any(String));
    expect(await as(expired)).toEqual(expect.any(String));
    expect(await as(foreign)).toEqual(expect.any(String));
  });

  it('refuse what no right allows', async () => {
    const [admin, worker] = [stack.clients.admin, stack.clients.worker].map((variables) => loadConfig(variables));
    if (admin === undefined || worker === undefined) throw new Error('unreachable');
    const [adminKafka, workerKafka] = [admin, worker].map((config) =>
      createKafkaGateway({ ...kafkaServersOf(config), clientId: 'test' }),
    );
    const elasticsearch = openElasticsearch(worker);
    try {
      await adminKafka?.prepareTopics([{ topic: 'other.raw', partitions: 1, maxMessageBytes: 1_000_000 }]);
      await expect(workerKafka?.offsets('other.raw')).rejects.toThrow(/authoriz/i);
      const other = { index: 'pipeline.other.readings', document: {} };
      await expect(elasticsearch.index(other)).rejects.toMatchObject({ statusCode: 403 });
    } finally {
      await adminKafka?.close();
      await workerKafka?.close();
      await elasticsearch.close();
    }
  });

  it('keep secrets in files that only their owner can read, and in no argument or environment', () => {
    const files = readdirSync(stack.stateFolder, { recursive: true, encoding: 'utf8' }).map((file) =>
      join(stack.stateFolder, file),
    );
    const secret = files.filter((file) => SECRET.test(file));
    expect(secret.length).toBeGreaterThan(10);
    expect(secret.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);

    const passwords = files.filter((file) => file.endsWith('.password')).map((file) => readFileSync(file, 'utf8'));
    const processes = readdirSync(join(stack.stateFolder, 'processes'));
    expect(processes).toHaveLength(4);
    for (const record of processes) {
      const { pid } = JSON.parse(readFileSync(join(stack.stateFolder, 'processes', record), 'utf8')) as { pid: number };
      const seen = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join('');
      expect(passwords.filter((password) => seen.includes(password))).toEqual([]);
    }
    const logs = files.filter((file) => file.endsWith('.log')).map((file) => readFileSync(file, 'utf8'));
    expect(passwords.filter((password) => logs.some((log) => log.includes(password)))).toEqual([]);
  });
});
