import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, SETTINGS } from '../../workers/config';
import { temporalCliOptions, temporalOptions } from '../../workers/temporal-connection';

/** The message about invalid settings. */
function problemsOf(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('Expected invalid settings');
}

describe('loadConfig', () => {
  it('requires no variable', () => {
    expect(loadConfig({})).toMatchObject({ TEMPORAL_PORT: 7233, PIPELINE_TASK_QUEUE: 'pipeline' });
  });

  it('treats an empty variable as unset', () => {
    expect(loadConfig({ KAFKA_BROKERS: '' }).KAFKA_BROKERS).toBeUndefined();
  });

  it('splits a list of brokers', () => {
    expect(loadConfig({ KAFKA_BROKERS: 'a:1, b:2' }).KAFKA_BROKERS).toEqual(['a:1', 'b:2']);
  });

  it('reports every invalid variable at once', () => {
    const load = () => loadConfig({ ELASTICSEARCH_NODE: 'ftp://x', KAFKA_PORT: '70000', TEMPORAL_ADDRESS: 'nowhere' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/ELASTICSEARCH_NODE[\s\S]*TEMPORAL_ADDRESS|TEMPORAL_ADDRESS[\s\S]*ELASTICSEARCH_NODE/);
    expect(load).toThrow(/KAFKA_PORT/);
  });

  describe.each(['ELASTICSEARCH', 'KIBANA', 'SCHEMA_REGISTRY'])('for the credentials of %s', (server) => {
    const key = { [`${server}_API_KEY`]: 'k3y' };
    const token = { [`${server}_BEARER_TOKEN`]: 't0ken' };
    const username = { [`${server}_USERNAME`]: 'pipeline' };
    const password = { [`${server}_PASSWORD`]: 's3cret' };

    it('accepts an API key, a token, a user with a password, or none', () => {
      for (const accepted of [key, token, { ...username, ...password }])
        expect(loadConfig(accepted)).toMatchObject(accepted);
      const without = { [`${server}_USERNAME`]: '', [`${server}_PASSWORD`]: '' };
      expect(loadConfig({ ...key, ...without })).toMatchObject(key);
    });

    it.each([
      ['a user without a password', { ...username }],
      ['a password without a user', { ...password }],
      ['a key beside a user', { ...key, ...username, ...password }],
      ['a key beside a token', { ...key, ...token }],
      ['a key beside a password', { ...key, ...password }],
    ])('refuses %s in one sentence that names all kinds and no value', (_what, env) => {
      const kinds = `${server}_API_KEY, ${server}_BEARER_TOKEN, and ${server}_USERNAME with ${server}_PASSWORD`;
      const problems = problemsOf(env);
      expect(problems).toContain(`expected one of ${kinds}, or none of them, got ${Object.keys(env).join(' and ')}`);
      expect(problems.match(/✖/g)).toHaveLength(1);
      expect(problems).not.toMatch(/s3cret|k3y|t0ken/);
    });
  });
});

describe('loadConfig with files', () => {
  let folder: string;
  const write = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-test-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('accepts the file of every secret instead of the secret, and refuses both', () => {
    const path = write('secret', 's3cret\n');
    const secrets = SETTINGS.filter((name) => SETTINGS.includes(`${name}_FILE`));
    expect(secrets).toContain('KAFKA_OAUTH_CLIENT_SECRET');
    expect(secrets).toHaveLength(14);
    for (const name of secrets) {
      const problems = problemsOf({ [name]: 's3cret', [`${name}_FILE`]: path });
      expect(problems).toContain(`expected either this or ${name}_FILE, got both\n  → at ${name}`);
      expect(problems).not.toContain('s3cret');
    }
    const user = { ELASTICSEARCH_USERNAME: 'pipeline', ELASTICSEARCH_PASSWORD_FILE: path };
    expect(loadConfig(user)).toMatchObject(user);
  });

  it.each([
    ['is missing', 'missing', undefined, 'expected a file that can be read, got PATH (ENOENT)'],
    ['is empty', 'empty', ' \n', 'expected a secret in PATH, got an empty file'],
  ])('names variable and path of a secret file that %s', (_what, name, content, message) => {
    const path = content === undefined ? join(folder, name) : write(name, content);
    const problems = problemsOf({ TEMPORAL_API_KEY_FILE: path });
    expect(problems).toContain(`${message.replace('PATH', path)}\n  → at TEMPORAL_API_KEY_FILE`);
  });

  it('refuses certificates that are none, and those of a server without TLS', () => {
    const path = write('ca.pem', 'no certificate');
    const problems = problemsOf({ KAFKA_CA_FILE: path, SCHEMA_REGISTRY_CLIENT_KEY_FILE: path });
    expect(problems).toContain(`expected a certificate in PEM, got ${path}`);
    expect(problems).toContain('expected KAFKA_SECURITY_PROTOCOL to be SSL or SASL_SSL, got PLAINTEXT');
    expect(problems).toContain(`expected an unencrypted private key in PEM, got ${path}`);
    expect(problems).toContain('expected a URL with https in SCHEMA_REGISTRY_URL, got none');
  });

  const profiles = `
    [profile.default]
    address = "temporal.example:7233"
    [profile.cloud]
    address = "cloud.example:7233"
    namespace = "plant.a1b2c"
    api_key = "s3cret"
    [profile.cloud.tls]
    server_name = "cloud"`;

  it('takes address and namespace from the profile of temporal.toml, below the variables', () => {
    const TEMPORAL_CONFIG_FILE = write('temporal.toml', profiles);
    const config = loadConfig({ TEMPORAL_CONFIG_FILE });
    expect(config).toMatchObject({ TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'default' });
    const cloud = { TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'cloud', TEMPORAL_NAMESPACE: 'other' };
    expect(loadConfig(cloud)).toMatchObject({ TEMPORAL_ADDRESS: 'cloud.example:7233', TEMPORAL_NAMESPACE: 'other' });
    expect(temporalOptions(loadConfig(cloud))).toMatchObject({
      address: 'cloud.example:7233',
      apiKey: 's3cret',
      tls: { serverNameOverride: 'cloud' },
    });
    expect(temporalOptions(loadConfig({}))).toEqual({ address: '127.0.0.1:7233' });
    const options = `--address cloud.example:7233 --namespace 'other' --profile 'cloud' --config-file '${TEMPORAL_CONFIG_FILE}'`;
    expect(temporalCliOptions(loadConfig(cloud)).trim()).toBe(options);
    expect(temporalCliOptions(loadConfig({ TEMPORAL_API_KEY: 's3cret' }))).toBe('');
  });

  it('finds temporal.toml where the CLI does', () => {
    mkdirSync(join(folder, 'temporalio'));
    write('temporalio/temporal.toml', profiles);
    expect(loadConfig({ XDG_CONFIG_HOME: folder }).TEMPORAL_ADDRESS).toBe('temporal.example:7233');
  });

  it('refuses a profile and a file of profiles that do not exist', () => {
    expect(problemsOf({ TEMPORAL_PROFILE: 'cloud' })).toContain("Profile 'cloud' not found");
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: '/missing.toml' })).toContain('got /missing.toml (ENOENT)');
  });
});

describe('loadConfig with settings of Kafka', () => {
  const sasl = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' };
  const user = { KAFKA_USERNAME: 'pipeline', KAFKA_PASSWORD: 's3cret' };
  const oauth = {
    KAFKA_OAUTH_TOKEN_URL: 'https://login.example/token',
    KAFKA_OAUTH_CLIENT_ID: 'pipeline',
    KAFKA_OAUTH_CLIENT_SECRET: 's3cret',
  };

  it('accepts a user for PLAIN and SCRAM, and client credentials for OAUTHBEARER', () => {
    expect(loadConfig({ ...sasl, ...user })).toMatchObject(user);
    expect(loadConfig({ ...sasl, KAFKA_SASL_MECHANISM: 'OAUTHBEARER', ...oauth })).toMatchObject(oauth);
  });

  it.each<[string, NodeJS.ProcessEnv, string[]]>([
    ['a mechanism without SASL', { KAFKA_SASL_MECHANISM: 'PLAIN' }, ['SASL_SSL or SASL_PLAINTEXT, got PLAINTEXT']],
    ['SASL without a mechanism', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, ['a mechanism for SASL_SSL, got none']],
    ['a mechanism without a user', sasl, ['→ at KAFKA_USERNAME', '→ at KAFKA_PASSWORD']],
    ['client credentials for SCRAM', { ...sasl, ...user, ...oauth }, ['→ at KAFKA_OAUTH_CLIENT_SECRET']],
    [
      'everything wrong at once',
      { KAFKA_SECURITY_PROTOCOL: 'TLS', KAFKA_BROKERS: 'a', KIBANA_USERNAME: 'x', KAFKA_PASSWORD: 's3cret' },
      ['at KAFKA_SECURITY_PROTOCOL', 'at KAFKA_BROKERS', 'at KIBANA_USERNAME', 'at KAFKA_PASSWORD'],
    ],
  ])('refuses %s', (_what, env, expected) => {
    const problems = problemsOf(env);
    for (const part of expected) expect(problems).toContain(part);
    expect(problems).not.toContain('s3cret');
  });
});
