/** The settings of connections to servers: parts of the one schema in `config.ts`. @module */
import { z } from 'zod';

type Optional = z.ZodOptional<z.ZodString>;

const text = z.string().min(1);
const httpUrl = z.url({ protocol: /^https?$/ });

/** A variable with a secret, and the variable with the path of a file that may hold it instead. */
function secret<Name extends string>(name: Name, what: string): Record<Name | `${Name}_FILE`, Optional> {
  return {
    [name]: text.optional().describe(`${what} Secret.`),
    [`${name}_FILE`]: text.optional().describe(`File that holds \`${name}\` instead; read again for new connections.`),
  } as Record<Name | `${Name}_FILE`, Optional>;
}

/** The variables with paths of PEM files for TLS. */
function certificates<Server extends string>(
  server: Server,
  what: string,
): Record<`${Server}_${'CA' | 'CLIENT_CERTIFICATE' | 'CLIENT_KEY'}_FILE`, Optional> {
  return {
    [`${server}_CA_FILE`]: text
      .optional()
      .describe(`PEM file with the CA certificates to verify ${what} with. If unset, those that Node trusts.`),
    [`${server}_CLIENT_CERTIFICATE_FILE`]: text
      .optional()
      .describe(
        `PEM file with a client certificate for ${what} and its chain; requires \`${server}_CLIENT_KEY_FILE\`.`,
      ),
    [`${server}_CLIENT_KEY_FILE`]: text
      .optional()
      .describe('PEM file with the private key of that certificate, not encrypted.'),
  } as Record<`${Server}_${'CA' | 'CLIENT_CERTIFICATE' | 'CLIENT_KEY'}_FILE`, Optional>;
}

/** How to prove to a server with an HTTP API who is asking: by one of API key, token and user, or by none. */
// The type is in the names.
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function httpServerSettings<Server extends string>(server: Server, what: string) {
  const username = z.string().regex(/^[^:]+$/, 'expected a name without a colon');
  return {
    ...certificates(server, what),
    ...secret(`${server}_API_KEY`, `API key for ${what}, sent as \`Authorization: ApiKey …\`.`),
    ...secret(`${server}_BEARER_TOKEN`, `Token for ${what}, sent as \`Authorization: Bearer …\`.`),
    ...({
      [`${server}_USERNAME`]: username
        .optional()
        .describe(`User for ${what}, instead of a key or token; requires \`${server}_PASSWORD\`.`),
    } as Record<`${Server}_USERNAME`, Optional>),
    ...secret(`${server}_PASSWORD`, 'Password of that user.'),
  };
}

/** Kafka's `security.protocol` and what each needs. */
export const kafkaSettings = {
  KAFKA_SECURITY_PROTOCOL: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .default('PLAINTEXT')
    .describe("Kafka's `security.protocol`: `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`."),
  ...certificates('KAFKA', 'the brokers'),
  KAFKA_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
    .optional()
    .describe("Kafka's `sasl.mechanism`: `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512` or `OAUTHBEARER`."),
  KAFKA_USERNAME: text.optional().describe('User for `PLAIN` and `SCRAM-…`; requires `KAFKA_PASSWORD`.'),
  ...secret('KAFKA_PASSWORD', 'Password of that user.'),
  KAFKA_OAUTH_TOKEN_URL: httpUrl
    .optional()
    .describe('Token endpoint for `OAUTHBEARER`, which grants client credentials.'),
  KAFKA_OAUTH_CLIENT_ID: text.optional().describe('Client id for that endpoint.'),
  ...secret('KAFKA_OAUTH_CLIENT_SECRET', 'Client secret for that endpoint.'),
  KAFKA_OAUTH_SCOPE: text.optional().describe('Scope to ask for, if the endpoint requires one.'),
};

/** The variables that `@temporalio/envconfig` reads, and a file for the API key. */
export const temporalSettings = {
  ...secret('TEMPORAL_API_KEY', 'API key for Temporal; turns TLS on.'),
  TEMPORAL_TLS: z
    .enum(['true', 'false', '1', '0'])
    .optional()
    .describe(
      'Whether to connect to Temporal by TLS, `true` or `false`; it is on by itself with a key or certificate.',
    ),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: text
    .optional()
    .describe('PEM file with the CA certificates to verify Temporal with. If unset, those of the system.'),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: text.optional().describe('The same, as text.'),
  TEMPORAL_TLS_CLIENT_CERT_PATH: text.optional().describe('PEM file with a client certificate for Temporal.'),
  TEMPORAL_TLS_CLIENT_CERT_DATA: text.optional().describe('The same, as text.'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: text.optional().describe('PEM file with the private key of that certificate.'),
  TEMPORAL_TLS_CLIENT_KEY_DATA: text.optional().describe('The same, as text. Secret.'),
  TEMPORAL_TLS_SERVER_NAME: text
    .optional()
    .describe("Name to expect in Temporal's certificate, if it is not that of `TEMPORAL_ADDRESS`."),
  TEMPORAL_PROFILE: text
    .optional()
    .describe('Profile of `temporal.toml` that gives what is not set here. If unset, `default`, if there is one.'),
  TEMPORAL_CONFIG_FILE: text
    .optional()
    .describe('Path of that file. If unset, where the `temporal` CLI keeps it: `temporalio/temporal.toml`.'),
  HOME: text.optional().describe('Home folder, in which the folder of `temporal.toml` is looked for.'),
  XDG_CONFIG_HOME: text.optional().describe('Folder of `temporalio/temporal.toml` on Linux. If unset, `~/.config`.'),
  APPDATA: text.optional().describe('Folder of `temporalio/temporal.toml` on Windows.'),
};
