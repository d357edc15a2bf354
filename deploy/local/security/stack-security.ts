import { existsSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig, SETTINGS } from '../../../workers/config';
import type { PipelineRights } from '../../../workers/rights/pipeline-rights';
import { stateFolder } from '../folders';
import { StackError } from '../stack-error';
import { authorityFile, type CertificateFiles, certificateFiles, prepareCertificates } from './certificates';
import { passwordIn, writeSecret } from './secret-file';

const SERVERS = ['kafka', 'elasticsearch', 'temporal'] as const;
/** Clients of Temporal. */
const CLIENTS = ['admin', 'worker'] as const;
/** `kafka` is the broker itself, as a client of its own listener; `admin` is the launcher, which may do everything. */
const USERS = ['kafka', 'admin', 'worker', 'page'] as const;
const PIPELINES_FILE = 'pipelines.json';

/** The variables that tell how to connect to a server; those of a secured stack are made by it. */
const CONNECTION_SETTINGS = SETTINGS.filter(
  (name) =>
    /^(TEMPORAL|KAFKA|ELASTICSEARCH)_/.test(name) &&
    !/_PORT$|^TEMPORAL_(NAMESPACE|CONFIG_FILE|CODEC_KEYS_FILE)$|^ELASTICSEARCH_TIMEOUT_MS$/.test(name),
);

/** The certificates, the passwords and the rights of a secured stack, each secret in a file with mode 600. */
export interface StackSecurity {
  /** Every pipeline that the stack was ever started for. */
  readonly pipelines: readonly PipelineRights[];
  /** The certificate that every client trusts. */
  readonly authority: string;
  readonly certificate: (of: (typeof SERVERS | typeof CLIENTS)[number]) => CertificateFiles;
  /** Path of a password file. */
  readonly passwordFile: (of: (typeof USERS)[number]) => string;
  /** Path of a file that a shell can read, with the variables of `admin`; it names files and holds no secret. */
  readonly variablesFile: string;
  /** The variables with which a program connects as this client to the servers that it needs. */
  readonly variables: (client: 'admin' | 'worker' | 'page') => Readonly<Record<string, string>>;
}

/**
 * Returns the settings of the secured stack, whose state is in a folder beside that of the plain one.
 *
 * @throws {@link StackError} when the environment tells how to connect to a server
 */
export function securedConfig(env: NodeJS.ProcessEnv): Config {
  const given = CONNECTION_SETTINGS.filter((name) => (env[name] ?? '') !== '');
  if (given.length > 0) {
    const without = '--secure starts servers of its own and makes these settings';
    throw new StackError(
      `Expected none of the settings of connections, got ${given.join(', ')}: ${without}. Unset them.`,
    );
  }
  const plain = loadConfig(env);
  return loadConfig({ ...env, PIPELINE_STATE_DIR: `${stateFolder(plain)}-secure` });
}

/** Returns settings with other ones of connections, given as variables. */
export function connectedAs(config: Config, variables: Readonly<Record<string, string>>): Config {
  const parsed: Readonly<Record<string, unknown>> = loadConfig(variables);
  return { ...config, ...Object.fromEntries(Object.keys(variables).map((name) => [name, parsed[name]])) };
}

/**
 * Makes what is missing: the authority, certificates that are missing or expire, and random passwords. Idempotent.
 *
 * @param pipelines - for which the worker gets rights, in addition to those of earlier starts
 */
export function prepareSecurity(config: Config, pipelines: readonly PipelineRights[]): StackSecurity {
  const folder = securityFolder(config);
  prepareCertificates(folder, SERVERS, CLIENTS);
  for (const name of USERS) passwordIn(passwordFile(folder, name));
  const known = readPipelines(folder);
  const isNew = (each: PipelineRights): boolean =>
    !known.some((other) => JSON.stringify(other) === JSON.stringify(each));
  writeSecret(join(folder, PIPELINES_FILE), JSON.stringify([...known, ...pipelines.filter(isNew)]));
  const security = securityIn(config, folder);
  writeSecret(security.variablesFile, shellText(security.variables('admin')));
  return security;
}

function shellText(variables: Readonly<Record<string, string>>): string {
  const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}

/** Returns what an earlier start has made. @throws {@link StackError} if there was none */
export function existingSecurity(config: Config): StackSecurity {
  const folder = securityFolder(config);
  if (existsSync(join(folder, PIPELINES_FILE))) return securityIn(config, folder);
  throw new StackError(
    `There is no secured stack in ${stateFolder(config)}. \`npm run stack -- --secure\` starts one.`,
  );
}

function securityIn(config: Config, folder: string): StackSecurity {
  const authority = authorityFile(folder);
  return {
    pipelines: readPipelines(folder),
    authority,
    variablesFile: join(folder, 'admin.env'),
    certificate: (of) => certificateFiles(folder, of),
    passwordFile: (of) => passwordFile(folder, of),
    variables: (client) => {
      const password = passwordFile(folder, client);
      const elasticsearch = {
        ELASTICSEARCH_NODE: `https://127.0.0.1:${config.ELASTICSEARCH_PORT}`,
        ELASTICSEARCH_CA_FILE: authority,
        ELASTICSEARCH_USERNAME: client,
        ELASTICSEARCH_PASSWORD_FILE: password,
      };
      if (client === 'page') return elasticsearch;
      const { certificate, key } = certificateFiles(folder, client);
      return {
        ...elasticsearch,
        // A profile of the user could add settings.
        TEMPORAL_CONFIG_FILE: devNull,
        TEMPORAL_ADDRESS: `127.0.0.1:${config.TEMPORAL_PORT}`,
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority,
        TEMPORAL_TLS_CLIENT_CERT_PATH: certificate,
        TEMPORAL_TLS_CLIENT_KEY_PATH: key,
        KAFKA_BROKERS: `127.0.0.1:${config.KAFKA_PORT}`,
        KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
        KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
        KAFKA_USERNAME: client,
        KAFKA_PASSWORD_FILE: password,
        KAFKA_CA_FILE: authority,
      };
    },
  };
}

function securityFolder(config: Config): string {
  return join(stateFolder(config), 'security');
}

function passwordFile(folder: string, name: string): string {
  return join(folder, `${name}.password`);
}

function readPipelines(folder: string): PipelineRights[] {
  const path = join(folder, PIPELINES_FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PipelineRights[]) : [];
}
