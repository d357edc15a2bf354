/** What the schema of the settings cannot say: which of them exclude or require each other, and what files must hold. @module */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { toClientOptions } from '@temporalio/envconfig';
import { endpointProblems } from './http/endpoint-schema';
import { reasonOf } from './reason-of';
import { type Environment, readText, secretOf } from './secrets';
import { temporalProfile } from './temporal-profile';

export interface SettingProblem {
  /** Name of the variable. */
  readonly variable: string;
  readonly message: string;
}

/** The variable with the URL of each server with an HTTP API. */
const URLS = { ELASTICSEARCH: 'ELASTICSEARCH_NODE', KIBANA: 'KIBANA_URL', SCHEMA_REGISTRY: 'SCHEMA_REGISTRY_URL' };
const CERTIFICATE_FILES = ['CA_FILE', 'CLIENT_CERTIFICATE_FILE', 'CLIENT_KEY_FILE'];
const TEMPORAL_FILES = ['SERVER_CA_CERT', 'CLIENT_CERT', 'CLIENT_KEY'];
/** What each kind of SASL mechanism needs, and what it may have. */
const WITH_PASSWORD = { required: ['KAFKA_USERNAME', 'KAFKA_PASSWORD'], optional: [] };
const WITH_TOKEN = {
  required: ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET'],
  optional: ['KAFKA_OAUTH_SCOPE'],
};
const SASL_SETTINGS = [...WITH_PASSWORD.required, ...WITH_TOKEN.required, ...WITH_TOKEN.optional];

/**
 * Returns all problems of settings that the schema accepts one by one.
 *
 * @param environment - the variables that are set
 * @param secrets - the names of the variables that may come from a file
 */
export function settingProblems(environment: Environment, secrets: readonly string[]): SettingProblem[] {
  const temporal = temporalProblems(environment);
  return [
    ...secrets.flatMap((name) => secretProblems(environment, name)),
    ...Object.entries(URLS).flatMap(([server, url]) => httpServerProblems(environment, server, url)),
    ...kafkaProblems(environment),
    ...endpointProblems(environment),
    ...(temporal.length > 0 ? temporal : profileProblems(environment)),
  ];
}

/** The name under which a setting or its file is set; undefined if neither is. */
function isSet(environment: Environment, name: string): boolean {
  return name in environment || `${name}_FILE` in environment;
}

function problem(variable: string, message: string): SettingProblem {
  return { variable, message };
}

function secretProblems(environment: Environment, name: string): SettingProblem[] {
  const file = `${name}_FILE`;
  if (name in environment && file in environment) {
    return [problem(name, `expected either this or ${file}, got both`)];
  }
  return problemsOf(file, () => secretOf(environment, name));
}

function httpServerProblems(environment: Environment, server: string, urlVariable: string): SettingProblem[] {
  const { [urlVariable]: url } = environment;
  const kinds = [`${server}_API_KEY`, `${server}_BEARER_TOKEN`, `${server}_USERNAME`];
  const given = kinds.filter((name) => isSet(environment, name));
  const [username, password] = [`${server}_USERNAME`, `${server}_PASSWORD`];
  const isHalf = isSet(environment, username) !== isSet(environment, password);
  const names = [...given, ...(isSet(environment, password) ? [password] : [])];
  const isTls = url?.startsWith('https:') === true;
  const got = url === undefined ? 'none' : 'another';
  return [
    ...(given.length > 1 || isHalf
      ? [
          problem(
            given[0] ?? password,
            `expected one of ${kinds[0] ?? ''}, ${kinds[1] ?? ''}, and ${username} with ${password}, or none of them, ` +
              `got ${names.join(' and ')}`,
          ),
        ]
      : []),
    ...certificateProblems(environment, server),
    ...CERTIFICATE_FILES.map((suffix) => `${server}_${suffix}`)
      .filter((name) => name in environment && !isTls)
      .map((name) => problem(name, `expected a URL with https in ${urlVariable}, got ${got}`)),
  ];
}

function kafkaProblems(environment: Environment): SettingProblem[] {
  const { KAFKA_SECURITY_PROTOCOL: protocol = 'PLAINTEXT', KAFKA_SASL_MECHANISM: mechanism } = environment;
  const isTls = protocol.endsWith('SSL');
  const isSasl = protocol.startsWith('SASL_');
  const needed = mechanism === 'OAUTHBEARER' ? WITH_TOKEN : WITH_PASSWORD;
  const certificates = CERTIFICATE_FILES.map((suffix) => `KAFKA_${suffix}`).filter((name) => name in environment);
  const sasl = ['KAFKA_SASL_MECHANISM', ...SASL_SETTINGS].filter((name) => isSet(environment, name));
  const without = (names: readonly string[], protocols: string) =>
    names.map((name) => problem(name, `expected KAFKA_SECURITY_PROTOCOL to be ${protocols}, got ${protocol}`));
  return [
    ...certificateProblems(environment, 'KAFKA'),
    ...(isTls ? [] : without(certificates, 'SSL or SASL_SSL')),
    ...(isSasl ? [] : without(sasl, 'SASL_SSL or SASL_PLAINTEXT')),
    ...(isSasl && mechanism === undefined
      ? [problem('KAFKA_SASL_MECHANISM', `expected a mechanism for ${protocol}, got none`)]
      : []),
    ...(isSasl && mechanism !== undefined ? mechanismProblems(environment, mechanism, needed) : []),
  ];
}

function mechanismProblems(
  environment: Environment,
  mechanism: string,
  { required, optional }: typeof WITH_TOKEN,
): SettingProblem[] {
  const missing = required.filter((name) => !isSet(environment, name));
  const foreign = SASL_SETTINGS.filter(
    (name) => isSet(environment, name) && ![...required, ...optional].includes(name),
  );
  return [
    ...missing.map((name) => problem(name, `expected a value for KAFKA_SASL_MECHANISM ${mechanism}, got none`)),
    ...foreign.map((name) => problem(name, `expected none with KAFKA_SASL_MECHANISM ${mechanism}, got a value`)),
  ];
}

/** Of the files `<server>_CA_FILE`, `<server>_CLIENT_CERTIFICATE_FILE` and `<server>_CLIENT_KEY_FILE`. */
function certificateProblems(environment: Environment, server: string): SettingProblem[] {
  const [ca = '', certificate = '', key = ''] = CERTIFICATE_FILES.map((suffix) => `${server}_${suffix}`);
  return pemProblems(environment, { ca, certificate, key });
}

function temporalProblems(environment: Environment): SettingProblem[] {
  const [ca = '', certificate = '', key = ''] = TEMPORAL_FILES.map((name) => `TEMPORAL_TLS_${name}_PATH`);
  const twice = TEMPORAL_FILES.map((name) => `TEMPORAL_TLS_${name}`).filter(
    (name) => `${name}_PATH` in environment && `${name}_DATA` in environment,
  );
  const withData = Object.keys(environment).some((name) => /^TEMPORAL_TLS_CLIENT_\w+_DATA$/.test(name));
  const isOff = ['false', '0'].includes(environment['TEMPORAL_TLS'] ?? '');
  const needsTls = Object.keys(environment).filter((name) => name.startsWith('TEMPORAL_TLS_'));
  return [
    ...twice.map((name) => problem(`${name}_PATH`, `expected either this or ${name}_DATA, got both`)),
    ...(withData ? [] : pemProblems(environment, { ca, certificate, key })),
    ...(isOff ? needsTls.map((name) => problem(name, 'expected TEMPORAL_TLS to be true, or not set, got false')) : []),
    ...configFileProblems(environment),
  ];
}

function configFileProblems({ TEMPORAL_CONFIG_FILE: path }: Environment): SettingProblem[] {
  if (path === undefined) return [];
  return problemsOf('TEMPORAL_CONFIG_FILE', () => readText(path, 'TEMPORAL_CONFIG_FILE'));
}

/** Of `temporal.toml` and the files that its profile names. */
function profileProblems(environment: Environment): SettingProblem[] {
  const variable = 'TEMPORAL_PROFILE' in environment ? 'TEMPORAL_PROFILE' : 'TEMPORAL_CONFIG_FILE';
  return problemsOf(variable, () => toClientOptions(temporalProfile(environment)));
}

/** @param names - of the variables with the paths */
function pemProblems(
  environment: Environment,
  names: Readonly<Record<'ca' | 'certificate' | 'key', string>>,
): SettingProblem[] {
  const { ca, certificate, key } = names;
  const withPath = (name: string, check: (text: string) => unknown): SettingProblem[] => {
    const { [name]: path } = environment;
    if (path === undefined) return [];
    return problemsOf(name, () => {
      const text = readText(path, name);
      try {
        return check(text);
      } catch (error) {
        const what = name === key ? 'an unencrypted private key' : 'a certificate';
        throw new Error(`expected ${what} in PEM, got ${path} (${reasonOf(error)})`, { cause: error });
      }
    });
  };
  const problems = [
    ...withPath(ca, (text) => new X509Certificate(text)),
    ...withPath(certificate, (text) => new X509Certificate(text)),
    ...withPath(key, (text) => createPrivateKey(text)),
  ];
  if (problems.length > 0) return problems;
  const { [certificate]: certificatePath, [key]: keyPath } = environment;
  if (certificatePath === undefined && keyPath === undefined) return [];
  if (certificatePath === undefined) return [problem(certificate, `expected the certificate of ${key}, got none`)];
  if (keyPath === undefined) return [problem(key, `expected the key of ${certificate}, got none`)];
  const isPair = new X509Certificate(readText(certificatePath, certificate)).checkPrivateKey(
    createPrivateKey(readText(keyPath, key)),
  );
  return isPair ? [] : [problem(key, `expected the key of ${certificate}, got another key: ${keyPath}`)];
}

/** The problem with which `read` fails, if it does. */
function problemsOf(variable: string, read: () => unknown): SettingProblem[] {
  try {
    read();
    return [];
  } catch (error) {
    return [problem(variable, reasonOf(error).replace(`${variable}: `, ''))];
  }
}
