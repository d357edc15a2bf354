/** How the settings say that connections are protected; files are read when the connections are made. @module */
import type { TlsTexts } from '../activities/contracts/tls-problem';
import type { HttpSecurity } from '../activities/http/http-server';
import type { KafkaSasl, KafkaSecurity, KafkaServers } from '../activities/kafka';
import { addressesOf, type Config } from './config';
import { readText, secretOf } from './secrets';

type HttpServerName = 'ELASTICSEARCH' | 'KIBANA' | 'SCHEMA_REGISTRY';

export function kafkaServersOf(config: Config): KafkaServers {
  return { brokers: addressesOf(config).kafkaBrokers, security: () => kafkaSecurityOf(config) };
}

/** Returns what protects new connections to Kafka now. Secret. @throws Error naming a file that cannot be read */
export function kafkaSecurityOf(config: Config): KafkaSecurity {
  const { KAFKA_SECURITY_PROTOCOL: protocol } = config;
  return {
    tls: protocol.endsWith('SSL') ? tlsTextsOf(config, 'KAFKA') : null,
    sasl: protocol.startsWith('SASL_') ? saslOf(config) : null,
  };
}

function saslOf(config: Config): KafkaSasl {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_OAUTH_SCOPE: scope } = config;
  // The check of the settings has found each of them.
  const required = (name: string): string => secretOf(config, name) ?? '';
  if (mechanism !== 'OAUTHBEARER') {
    return {
      mechanism: mechanism ?? 'PLAIN',
      username: required('KAFKA_USERNAME'),
      password: required('KAFKA_PASSWORD'),
    };
  }
  return {
    mechanism,
    tokenUrl: required('KAFKA_OAUTH_TOKEN_URL'),
    clientId: required('KAFKA_OAUTH_CLIENT_ID'),
    clientSecret: required('KAFKA_OAUTH_CLIENT_SECRET'),
    ...(scope !== undefined && { scope }),
  };
}

export function httpSecurityOf(config: Config, server: HttpServerName): HttpSecurity {
  return { authorization: () => authorizationOf(config, server), tls: () => tlsTextsOf(config, server) };
}

/** Returns the `Authorization` header for a server, null if the settings have no credentials. Secret. */
function authorizationOf(config: Config, server: HttpServerName): string | null {
  const key = secretOf(config, `${server}_API_KEY`);
  const token = secretOf(config, `${server}_BEARER_TOKEN`);
  const { [`${server}_USERNAME` as const]: username } = config;
  if (key !== undefined) return `ApiKey ${key}`;
  if (token !== undefined) return `Bearer ${token}`;
  if (username === undefined) return null;
  return `Basic ${Buffer.from(`${username}:${secretOf(config, `${server}_PASSWORD`) ?? ''}`).toString('base64')}`;
}

function tlsTextsOf(config: Config, server: HttpServerName | 'KAFKA'): TlsTexts {
  const names = {
    ca: `${server}_CA_FILE`,
    cert: `${server}_CLIENT_CERTIFICATE_FILE`,
    key: `${server}_CLIENT_KEY_FILE`,
  };
  const paths = Object.entries(names).map(([text, name]) => [text, name, config[name as keyof Config]] as const);
  return Object.fromEntries(
    paths.flatMap(([text, name, path]) => (typeof path === 'string' ? [[text, readText(path, name)]] : [])),
  );
}
