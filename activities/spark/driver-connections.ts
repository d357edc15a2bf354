import { createPrivateKey } from 'node:crypto';
import type { TlsTexts } from '../contracts/tls-problem';
import type { HttpServer } from '../http/http-server';
import type { KafkaSasl, KafkaSecurity } from '../kafka';

/** Properties of Kafka's Java clients. */
type Properties = Readonly<Record<string, string>>;

/** What a driver connects with, as its file has it; documented in `deploy/spark/Connections.java`. Secret. */
interface DriverConnections {
  readonly kafka: Properties;
  readonly schemaRegistry: { readonly authorization: string | null; readonly tls: Properties };
}

export interface ProtectedServers {
  /** Read for each driver. */
  readonly kafkaSecurity: () => KafkaSecurity;
  /** Null if none is configured. */
  readonly schemaRegistry: HttpServer | null;
}

const MODULES = 'org.apache.kafka.common.security';

/**
 * Returns the text of the file with which a new driver connects, from what other files hold now. Secret.
 *
 * @throws Error when a file cannot be read
 */
export function driverConnections({ kafkaSecurity, schemaRegistry }: ProtectedServers): string {
  const security = schemaRegistry?.security;
  const connections: DriverConnections = {
    kafka: kafkaProperties(kafkaSecurity()),
    schemaRegistry: {
      authorization: security?.authorization() ?? null,
      tls: tlsProperties(security?.tls() ?? {}),
    },
  };
  return JSON.stringify(connections);
}

function kafkaProperties({ tls, sasl }: KafkaSecurity): Properties {
  return {
    'security.protocol': `${sasl === null ? '' : 'SASL_'}${tls === null ? 'PLAINTEXT' : 'SSL'}`,
    ...tlsProperties(tls ?? {}),
    ...(sasl === null ? {} : saslProperties(sasl, tls)),
  };
}

function tlsProperties({ ca, cert, key }: TlsTexts): Properties {
  return {
    ...(ca !== undefined && { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': ca }),
    ...(cert !== undefined &&
      key !== undefined && {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.certificate.chain': cert,
        // Java reads no other format.
        'ssl.keystore.key': createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' }).toString(),
      }),
  };
}

function saslProperties(sasl: KafkaSasl, tls: TlsTexts | null): Properties {
  const { mechanism } = sasl;
  if (mechanism !== 'OAUTHBEARER') {
    const { username, password } = sasl;
    const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
    return { 'sasl.mechanism': mechanism, 'sasl.jaas.config': jaas(module, { username, password }) };
  }
  const { tokenUrl, clientId, clientSecret, scope } = sasl;
  const options = { clientId, clientSecret, ...(scope !== undefined && { scope }), ...tlsProperties(tls ?? {}) };
  return {
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': jaas('oauthbearer.OAuthBearerLoginModule', options),
    'sasl.oauthbearer.token.endpoint.url': tokenUrl,
    'sasl.login.callback.handler.class': `${MODULES}.oauthbearer.OAuthBearerLoginCallbackHandler`,
  };
}

function jaas(module: string, options: Properties): string {
  const entries = Object.entries(options).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `${MODULES}.${module} required ${entries.join(' ')};`;
}

/** A line break would end a text in quotes. */
function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
