import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaGateway, type KafkaGateway } from '../../activities/kafka';
import type { CertificateFiles } from '../../deploy/local/security/certificates';
import { type Config, loadConfig } from '../../workers/config';
import { kafkaServersOf } from '../../workers/connections';
import { DriverTopics } from '../deploy/spark/driver-topics';
import { failureOf } from '../support/failure-of';
import { authorityAt, issueFiles, THIS_MACHINE } from '../support/issued-files';
import { LoginBroker } from '../support/login-broker';
import { type SecureStack, secureStack } from '../support/secure-stack';
import { TokenEndpoint } from '../support/token-endpoint';
import { until } from '../support/until';

type Variables = Readonly<Record<string, string>>;

const CLIENT = { id: 'worker', secret: 'a "secret" \\ of 100 %', scope: 'kafka' };
/** Shorter than the suite, but longer than the ten seconds before its end in which a connection authenticates again. */
const TOKEN_SECONDS = 20;

let folder: string;
let stack: SecureStack;
let tokens: TokenEndpoint;
let broker: LoginBroker | undefined;
let addresses: LoginBroker['addresses'];
let certificate: CertificateFiles;
let driver: DriverTopics;
const opened: KafkaGateway[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kafka-logins-'));
  stack = await secureStack();
  const authority = authorityAt(stack.authority);
  certificate = issueFiles(folder, 'worker', { authority });
  tokens = new TokenEndpoint(issueFiles(folder, 'tokens', { authority, hosts: THIS_MACHINE }), CLIENT, TOKEN_SECONDS);
  await tokens.start();
  broker = new LoginBroker(stack, tokens.keySet);
  await broker.start();
  ({ addresses } = broker);
  driver = await DriverTopics.compile(stack.installation, folder);
}, 600_000);

afterAll(async () => {
  for (const gateway of opened) await gateway.close();
  await broker?.stop();
  await tokens.stop();
  await rm(folder, { recursive: true });
});

function byCertificate(changes: Variables = {}): Variables {
  return {
    KAFKA_BROKERS: addresses.certificates,
    KAFKA_SECURITY_PROTOCOL: 'SSL',
    KAFKA_CA_FILE: stack.authority,
    KAFKA_CLIENT_CERTIFICATE_FILE: certificate.certificate,
    KAFKA_CLIENT_KEY_FILE: certificate.key,
    ...changes,
  };
}

function byToken(changes: Variables = {}): Variables {
  return {
    KAFKA_BROKERS: addresses.tokens,
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
    KAFKA_CA_FILE: stack.authority,
    KAFKA_OAUTH_TOKEN_URL: tokens.url,
    KAFKA_OAUTH_CLIENT_ID: CLIENT.id,
    KAFKA_OAUTH_CLIENT_SECRET: CLIENT.secret,
    KAFKA_OAUTH_SCOPE: CLIENT.scope,
    ...changes,
  };
}

function configOf(variables: Variables): Config {
  return loadConfig(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')));
}

function open(variables: Variables): KafkaGateway {
  const gateway = createKafkaGateway({ ...kafkaServersOf(configOf(variables)), clientId: 'logins' });
  opened.push(gateway);
  return gateway;
}

async function expectWorking(gateway: KafkaGateway, topic: string): Promise<void> {
  await gateway.prepareTopics([{ topic, partitions: 1, maxMessageBytes: 1_000_000 }]);
  await gateway.publish(topic, [{ key: null, value: 'a', headers: {} }]);
  const values: string[] = [];
  await gateway.readRange({ topic, partition: 0, from: '0', to: '1' }, (records) => {
    values.push(...records.map(({ value }) => String(value)));
  });
  expect(values).toEqual(['a']);
}

async function refusal(variables: Variables): Promise<Error> {
  return (await failureOf(open(variables).offsets('any'))) as Error;
}

describe('a worker of a broker that asks for client certificates', () => {
  it('creates topics, writes and reads with its certificate', async () => {
    await expectWorking(open(byCertificate()), 'by-certificate');
  });

  it('has drivers that the broker lets in with that certificate', async () => {
    expect(await driver.list(configOf(byCertificate()))).toContain('by-certificate');
  });

  it.each<[string, () => Variables, RegExp]>([
    [
      'no certificate',
      () => ({ KAFKA_CLIENT_CERTIFICATE_FILE: '', KAFKA_CLIENT_KEY_FILE: '' }),
      /or got none; set KAFKA_CLIENT_CERTIFICATE_FILE and KAFKA_CLIENT_KEY_FILE/,
    ],
    ['one of another authority', () => filesOf(stack.refused.foreign), /refuses the client certificate/],
    ['an expired one', () => filesOf(stack.refused.expired), /refuses the client certificate/],
  ])('is told that the broker refuses %s', async (_what, changes, message) => {
    const failure = await refusal(byCertificate(changes()));
    expect(failure).toMatchObject({ type: 'AccessRefused', nonRetryable: false });
    expect(failure.message).toMatch(message);
  });
});

function filesOf(files: CertificateFiles): Variables {
  return { KAFKA_CLIENT_CERTIFICATE_FILE: files.certificate, KAFKA_CLIENT_KEY_FILE: files.key };
}

describe('a worker of a broker that asks for tokens', () => {
  it('creates topics, writes and reads with a token for its client credentials', async () => {
    await expectWorking(open(byToken()), 'by-token');
  });

  it('has drivers that the broker lets in with tokens of their own', async () => {
    const before = tokens.granted;
    expect(await driver.list(configOf(byToken()))).toContain('by-token');
    expect(tokens.granted).toBeGreaterThan(before);
  });

  it('stays connected with a new token when the one before ends', async () => {
    const gateway = open(byToken());
    const [before, endsAtMs] = [tokens.granted, Date.now() + TOKEN_SECONDS * 1_000];
    await until('the first token has ended', async () => {
      expect(await gateway.offsets('by-token')).toMatchObject({ end: { 0: '1' } });
      return Date.now() > endsAtMs;
    });
    expect(tokens.granted).toBeGreaterThan(before + 1);
  });

  it.each<[string, string, () => Variables, RegExp]>([
    [
      'a wrong secret',
      'AccessRefused',
      () => ({ KAFKA_OAUTH_CLIENT_SECRET: 'wrong' }),
      /correct KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET.* from https:.* got status 401/,
    ],
    [
      'an unknown CA',
      'AccessRefused',
      () => ({ KAFKA_CA_FILE: stack.refused.otherAuthority }),
      /unknown CA; set KAFKA_CA_FILE/,
    ],
    [
      'an endpoint that is away',
      'ServiceUnavailable',
      () => ({ KAFKA_OAUTH_TOKEN_URL: 'https://127.0.0.1:1/token' }),
      /KAFKA_OAUTH_TOKEN_URL.* no answer/,
    ],
  ])('is told of %s', async (_what, type, changes, message) => {
    const failure = await refusal(byToken(changes()));
    expect(failure).toMatchObject({ type, nonRetryable: false });
    expect(failure.message).toMatch(message);
  });

  it('is told that the broker does not accept the token', async () => {
    const own = new TokenEndpoint(
      issueFiles(folder, 'own', { authority: authorityAt(stack.authority), hosts: THIS_MACHINE }),
      CLIENT,
      TOKEN_SECONDS,
    );
    await own.start();
    const failure = await refusal(byToken({ KAFKA_OAUTH_TOKEN_URL: own.url }));
    await own.stop();
    expect(failure).toMatchObject({ type: 'AccessRefused' });
    expect(failure.message).toMatch(/refuses the credentials; .* or those of KAFKA_OAUTH_TOKEN_URL/);
  });
});
