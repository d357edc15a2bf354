import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:tls';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elasticsearchFailure } from '../../activities/elasticsearch/elasticsearch-failure';
import { toBulkItem } from '../../activities/indexing/bulk-item';
import { sendBulk } from '../../activities/indexing/send-bulk';
import { createKafkaGateway, type KafkaGateway } from '../../activities/kafka';
import { openElasticsearch } from '../../workers/clients';
import { loadConfig } from '../../workers/config';
import { kafkaServersOf } from '../../workers/connections';
import { failureOf } from '../support/failure-of';
import { listen } from '../support/listen';
import { type SecureStack, secureStack } from '../support/secure-stack';

const TOPIC = 'secured.raw';
type Variables = Readonly<Record<string, string>>;

let stack: SecureStack;
let folder: string;
beforeAll(async () => {
  stack = await secureStack();
  folder = await mkdtemp(join(tmpdir(), 'refused-connections-'));
}, 600_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function gatewayWith(changes: Variables, client: Variables = stack.clients.worker): KafkaGateway {
  const present = Object.entries({ ...client, ...changes }).filter(([, value]) => value !== '');
  return createKafkaGateway({ ...kafkaServersOf(loadConfig(Object.fromEntries(present))), clientId: 'refused-test' });
}

/** The failure of a worker's activity on Kafka. */
async function kafkaRefusal(changes: Variables, client?: Variables, topic = TOPIC): Promise<Error> {
  const gateway = gatewayWith(changes, client);
  try {
    return (await failureOf(gateway.offsets(topic))) as Error;
  } finally {
    await gateway.close();
  }
}

/** The failure of a worker's activity on Elasticsearch. */
async function elasticsearchRefusal(changes: Variables, index = 'pipeline.secured.readings'): Promise<Error> {
  const present = Object.entries({ ...stack.clients.worker, ...changes }).filter(([, value]) => value !== '');
  const elasticsearch = openElasticsearch(loadConfig(Object.fromEntries(present)));
  try {
    const search = () => elasticsearch.search({ index }, { requestTimeout: 10_000 });
    return elasticsearchFailure(await failureOf(search()), 'Searching');
  } finally {
    await elasticsearch.close();
  }
}

/** The failure of a worker's bulk request. */
async function bulkRefusal(changes: Variables): Promise<unknown> {
  const elasticsearch = openElasticsearch(loadConfig({ ...stack.clients.worker, ...changes }));
  const headers = { 'event-id': Buffer.from('refused') };
  const record = { partition: 0, offset: '0', timestamp: '0', key: null, value: Buffer.from('{}'), headers };
  const item = toBulkItem(record, { pipeline: 'secured', indexedAt: 0 });
  if ('reason' in item) throw new Error(item.reason);
  const target = { elasticsearch, alias: 'pipeline.secured.readings', signal: new AbortController().signal };
  try {
    return await failureOf(sendBulk({ ...target, items: [item], pause: () => Promise.resolve() }));
  } finally {
    await elasticsearch.close();
  }
}

/** A server with another certificate or an old version of TLS at another port of this machine. */
async function serve(options: Parameters<typeof createServer>[0]): Promise<{ server: Server; address: string }> {
  const server = createServer(options, (socket) => socket.destroy());
  server.on('tlsClientError', () => undefined);
  return { server, address: `127.0.0.1:${await listen(server)}` };
}

const PLAINTEXT = {
  KAFKA_SECURITY_PROTOCOL: '',
  KAFKA_SASL_MECHANISM: '',
  KAFKA_USERNAME: '',
  KAFKA_PASSWORD_FILE: '',
  KAFKA_CA_FILE: '',
};

describe('a worker that Kafka refuses', () => {
  it.each<[string, () => Variables, RegExp]>([
    ['plaintext', () => PLAINTEXT, /it requires TLS; set KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL/],
    ['an unknown CA', () => ({ KAFKA_CA_FILE: stack.refused.otherAuthority }), /unknown CA; set KAFKA_CA_FILE/],
    [
      'a wrong password',
      () => ({ KAFKA_PASSWORD_FILE: stack.refused.wrongPasswordFile }),
      /it refuses the credentials; correct KAFKA_USERNAME and KAFKA_PASSWORD/,
    ],
    ['another mechanism', () => ({ KAFKA_SASL_MECHANISM: 'PLAIN' }), /correct KAFKA_SASL_MECHANISM/],
  ])('names %s as the cause', async (_cause, changes, message) => {
    const failure = await kafkaRefusal(changes());
    expect(failure).toMatchObject({ type: 'AccessRefused', nonRetryable: false });
    expect(failure.message).toMatch(message);
  });

  it('names a missing right', async () => {
    const admin = gatewayWith({}, stack.clients.admin);
    await admin.prepareTopics([{ topic: 'refused.raw', partitions: 1, maxMessageBytes: 1_000_000 }]);
    await admin.close();
    const failure = await kafkaRefusal({}, stack.clients.worker, 'refused.raw');
    expect(failure).toMatchObject({ type: 'AccessRefused' });
    expect(failure.message).toMatch(/refused\.raw.*TOPIC_AUTHORIZATION_FAILED/);
  });

  it('names an expired certificate, and TLS that is too old', async () => {
    const { expired } = stack.refused;
    const certificate = { cert: readFileSync(expired.certificate), key: readFileSync(expired.key) };
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
    for (const [options, message] of [
      [certificate, /its certificate has expired/],
      [{ ...certificate, ...old }, /no version of TLS from 1\.2 on/],
    ] as const) {
      const { server, address } = await serve(options);
      const kafka = await kafkaRefusal({ KAFKA_BROKERS: address });
      const elasticsearch = await elasticsearchRefusal({ ELASTICSEARCH_NODE: `https://${address}` });
      server.close();
      for (const failure of [kafka, elasticsearch]) {
        expect(failure).toMatchObject({ type: 'AccessRefused' });
        expect(failure.message).toMatch(message);
      }
    }
  });

  it('is let in by itself once the files are right, and stays connected meanwhile', async () => {
    const password = join(folder, 'password');
    writeFileSync(password, 'wrong');
    const gateway = gatewayWith({ KAFKA_PASSWORD_FILE: password }, stack.clients.admin);
    expect(await failureOf(gateway.offsets('refused.raw'))).toMatchObject({ type: 'AccessRefused' });
    writeFileSync(password, readFileSync(stack.clients.admin['KAFKA_PASSWORD_FILE'] ?? ''));
    expect(await gateway.offsets('refused.raw')).toMatchObject({ start: { 0: '0' } });
    await gateway.close();
  });
});

describe('a worker that Elasticsearch refuses', () => {
  it.each<[string, () => Variables, string, RegExp]>([
    [
      'an unknown CA',
      () => ({ ELASTICSEARCH_CA_FILE: stack.refused.otherAuthority }),
      'AccessRefused',
      /ELASTICSEARCH_CA_FILE/,
    ],
    [
      'a wrong password',
      () => ({ ELASTICSEARCH_PASSWORD_FILE: stack.refused.wrongPasswordFile }),
      'AccessRefused',
      /401 .*Correct ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD/,
    ],
    [
      'plaintext',
      () => ({
        ELASTICSEARCH_CA_FILE: '',
        ELASTICSEARCH_NODE: (stack.clients.worker['ELASTICSEARCH_NODE'] ?? '').replace('https:', 'http:'),
      }),
      'ServiceUnavailable',
      /did not answer/,
    ],
  ])('names %s as the cause', async (_cause, changes, type, message) => {
    const failure = await elasticsearchRefusal(changes());
    expect(failure).toMatchObject({ type });
    expect(failure.message).toMatch(message);
  });

  it('names an unknown CA as the cause when it indexes', async () => {
    const failure = await bulkRefusal({ ELASTICSEARCH_CA_FILE: stack.refused.otherAuthority });
    expect(failure).toMatchObject({ type: 'AccessRefused', nonRetryable: false });
    expect((failure as Error).message).toMatch(/^Indexing 1 documents into .*unknown CA; set ELASTICSEARCH_CA_FILE/);
  });

  it('names a missing privilege', async () => {
    const failure = await elasticsearchRefusal({}, 'pipeline.refused.readings');
    expect(failure).toMatchObject({ type: 'AccessRefused' });
    expect(failure.message).toMatch(/403 \(security_exception: .*\[pipeline\.refused\.readings\]/);
  });
});
