import { generateKeyPairSync } from 'node:crypto';
import { HttpServer } from '../../../activities/http/http-server';
import { UNPROTECTED } from '../../../activities/kafka';
import { driverConnections, type ProtectedServers } from '../../../activities/spark/driver-connections';
import { withRemedy } from '../../../activities/spark/refused-driver';

interface Connections {
  readonly kafka: Readonly<Record<string, string>>;
  readonly schemaRegistry: unknown;
}

function connectionsOf(servers: ProtectedServers): Connections {
  return JSON.parse(driverConnections(servers)) as Connections;
}

describe('what a driver connects with', () => {
  it('is plaintext without settings', () => {
    expect(connectionsOf({ kafkaSecurity: () => UNPROTECTED, schemaRegistry: null })).toEqual({
      kafka: { 'security.protocol': 'PLAINTEXT' },
      schemaRegistry: { authorization: null, tls: {} },
    });
  });

  it('is a user with any password, by TLS, with a key in the only format that Java reads', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const key = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    const tls = { ca: 'the CA', cert: 'the certificate', key };
    const sasl = { mechanism: 'SCRAM-SHA-512', username: 'worker', password: String.raw`a"b\\c` } as const;
    const { kafka } = connectionsOf({ kafkaSecurity: () => ({ tls, sasl }), schemaRegistry: null });
    expect(kafka).toMatchObject({
      'security.protocol': 'SASL_SSL',
      'ssl.truststore.certificates': 'the CA',
      'ssl.keystore.key': expect.stringMatching(/^-----BEGIN \w+ KEY-----/) as string,
      'sasl.jaas.config': String.raw`org.apache.kafka.common.security.scram.ScramLoginModule required username="worker" password="a\"b\\\\c";`,
    });
  });

  it('is a token for client credentials, and what the registry requires', () => {
    const sasl = { tokenUrl: 'https://login/token', clientId: 'me', clientSecret: 's3cret', scope: 'kafka' };
    const server = new HttpServer('https://registry', { authorization: () => 'Bearer t', tls: () => ({ ca: 'a\nb' }) });
    const { kafka, schemaRegistry } = connectionsOf({
      kafkaSecurity: () => ({ tls: { ca: 'a\nb' }, sasl: { mechanism: 'OAUTHBEARER', ...sasl } }),
      schemaRegistry: server,
    });
    expect(kafka['sasl.oauthbearer.token.endpoint.url']).toBe('https://login/token');
    expect(kafka['sasl.jaas.config']).toMatch(/clientSecret="s3cret" scope="kafka" .*certificates="a\\nb";$/);
    expect(schemaRegistry).toMatchObject({
      authorization: 'Bearer t',
      tls: { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': 'a\nb' },
    });
  });
});

describe('the error of a driver that a server keeps out', () => {
  it.each([
    ['SaslAuthenticationException: Authentication failed', 'it refuses the credentials'],
    ['TopicAuthorizationException: Not authorized to access topics: [a.raw]', 'the user has no right'],
    ['SunCertPathBuilderException: unable to find valid certification path', 'set KAFKA_CA_FILE'],
    [
      'SchemaRegistryRefused: expected a schema from http://r/schemas/ids/7, but it answered with status 401',
      'the schema registry: it refuses the credentials; correct SCHEMA_REGISTRY_USERNAME',
    ],
    [
      'SchemaRegistryRefused: expected a schema from https://r/schemas/ids/7, but SSLHandshakeException: unable to find valid certification path',
      'set SCHEMA_REGISTRY_CA_FILE',
    ],
  ])('says what to do about %s', (reason, remedy) => {
    expect(withRemedy(`AccessRefused: ${reason}`)).toMatch(new RegExp(`^AccessRefused: .*${remedy}`));
  });

  it('is no other error', () => {
    expect(withRemedy('KafkaException: AccessRefused: x')).toBe('KafkaException: AccessRefused: x');
    expect(withRemedy(null)).toBeNull();
  });
});
