import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import versions from '../../deploy/local/versions.json';
import { makeSecrets, SECRET_HOLDERS } from '../../deploy/make-secrets';
import { loadConfig, SETTINGS } from '../../workers/config';
import { asMount, type ComposeFile, composeProblems } from './compose-rules';

const PROJECT = join(__dirname, '..', '..');
const DEPLOY = join(PROJECT, 'deploy');
const text = readFileSync(join(DEPLOY, 'docker-compose.yml'), 'utf8');

function read(yaml: string): ComposeFile {
  return parse(yaml, { merge: true }) as ComposeFile;
}

const file = read(text);

function environmentOf(service: string): string[] {
  return Object.keys(file.services[service]?.environment ?? {});
}

describe('the Compose file', () => {
  it('follows every rule', () => {
    expect(composeProblems(file)).toEqual([]);
  });

  it('has every server, the worker and the set-up', () => {
    const servers = ['elasticsearch', 'kafka', 'kibana', 'logstash', 'postgres', 'temporal', 'temporal-ui'];
    expect(Object.keys(file.services).sort()).toEqual(
      [...servers, 'secrets', 'setup', 'temporal-schema', 'worker'].sort(),
    );
  });

  it('uses every volume that it declares', () => {
    const used = Object.values(file.services).flatMap(({ volumes = [] }) =>
      volumes.map((each) => asMount(each).source),
    );
    expect(Object.keys(file.volumes).filter((volume) => !used.includes(volume))).toEqual([]);
  });

  it('mounts files that exist', () => {
    const mounted = [...text.matchAll(/- (\.\/[^:]+):/g)].map(([, path]) => join(DEPLOY, path ?? ''));
    expect(mounted).not.toEqual([]);
    expect(mounted.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('sets no variable that worker or set-up do not read', () => {
    expect(environmentOf('worker')).not.toEqual([]);
    expect(environmentOf('worker').filter((name) => !SETTINGS.includes(name))).toEqual([]);
    expect(environmentOf('setup').filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });

  it('passes the schema registry of the environment to the worker, which may have none', () => {
    const { SCHEMA_REGISTRY_URL: given } = file.services['worker']?.environment ?? {};
    expect(given).toBe('${SCHEMA_REGISTRY_URL:-}');
    expect(loadConfig({ SCHEMA_REGISTRY_URL: '' }).SCHEMA_REGISTRY_URL).toBeUndefined();
  });

  it('passes the keys of codec and protection to the worker if they are set, else none', () => {
    for (const [variable, path] of [
      ['TEMPORAL_CODEC_KEYS_FILE', '/run/keys/codec'],
      ['PROTECT_KEY_FILE', '/run/keys/protect'],
    ] as const) {
      expect(file.services['worker']?.environment?.[variable]).toBe(`\${${variable}:+${path}}`);
      expect(file.services['worker']?.volumes).toContain(`\${${variable}:-/dev/null}:${path}:ro`);
    }
  });

  it('uses admin tools in the version of the Temporal server', () => {
    expect(file.services['temporal-schema']?.image).toBe(`temporalio/admin-tools:${versions.temporal.server}`);
  });

  it('is what `docker compose` reads in the project', () => {
    const root = parse(readFileSync(join(PROJECT, 'compose.yaml'), 'utf8')) as { include: string[] };
    expect(root.include).toEqual(['deploy/docker-compose.yml']);
  });

  it.each([
    ['another version', 'apache/kafka:4.4.0', 'apache/kafka:4.3.0', 'kafka image'],
    ['a tag that moves', 'postgres:16.10-bookworm', 'postgres:latest', 'postgres image'],
    ['a tag left out', 'temporalio/ui:2.54.1', 'temporalio/ui', 'temporal-ui image'],
    ['root', "user: '1000:1000'", "user: '0:0'", 'worker runs as a user'],
    [
      'no user',
      /image: apache\/kafka:4\.4\.0\n {4}user: '1000:1000'\n/,
      'image: apache/kafka:4.4.0\n',
      'kafka runs as a user',
    ],
    ['capabilities', 'cap_drop: [ALL]', 'cap_drop: []', 'kafka has no capability'],
    ['new privileges', "['no-new-privileges:true']", '[]', 'kafka has no capability'],
    ['no memory limit', '    mem_limit: 3g\n', '', 'worker has a memory limit'],
    ['a port on every address', '127.0.0.1:9200:9200', '9200:9200', 'elasticsearch publishes'],
    ['a port of another address', '127.0.0.1:7233:7233', '0.0.0.0:7233:7233', 'temporal publishes'],
    ['a password', 'KAFKA_USERNAME: admin', 'KAFKA_PASSWORD: changeme', 'setup holds no secret'],
    ['a password of the environment', 'KAFKA_USERNAME: admin', 'KAFKA_PASSWORD: ${P}', 'setup holds no secret'],
    ['a URL without TLS', 'ELASTICSEARCH_HOSTS: https:', 'ELASTICSEARCH_HOSTS: http:', 'kibana connects by TLS'],
    ['Kafka without TLS', 'PROTOCOL: SASL_SSL', 'PROTOCOL: SASL_PLAINTEXT', 'worker connects by TLS'],
    ['the secrets of another', 'subpath: kibana,', 'subpath: setup,', 'kibana has its own secrets'],
    ['the secrets of all', 'volume: { subpath: kafka, nocopy: true }', 'volume: {}', 'kafka has its own secrets'],
    ['no health check', / {4}healthcheck:\n {6}# Tells only [^]*?start_period: 30s\n/, '', 'worker has a health check'],
    [
      'a health check that others wait for left out',
      / {4}healthcheck:\n {6}# Sends [^]*?start_period: 60s\n/,
      '',
      'setup waits',
    ],
    ['a wait for nobody', 'postgres: { condition', 'mysql: { condition', 'temporal-schema waits'],
    [
      'a wait for the start only',
      'kafka: { condition: service_healthy }',
      'kafka: { condition: service_started }',
      'setup waits',
    ],
    ['a volume that is not declared', '\n  kibana:\n  logstash:\n', '\n  logstash:\n', 'kibana mounts'],
  ])('may not have %s', (_what, from, to, problem) => {
    const mutant = text.replace(from, () => to);
    expect(mutant).not.toBe(text);
    expect(composeProblems(read(mutant))).toContainEqual(expect.stringContaining(problem));
  });
});

describe('the secrets of the containers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    makeSecrets(folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const filesIn = (path: string): string[] => readdirSync(join(folder, path)).map((name) => join(path, name));
  const contentOf = (path: string): string => readFileSync(join(folder, path), 'utf8');

  it('can be read by their owner only, and stay the same at the next start', () => {
    const paths = readdirSync(folder).flatMap(filesIn);
    expect(new Set(paths.map((path) => statSync(join(folder, path)).mode & 0o777))).toEqual(new Set([0o600]));
    const before = paths.map(contentOf);
    makeSecrets(folder);
    expect(readdirSync(folder).flatMap(filesIn)).toEqual(paths);
    expect(paths.map(contentOf)).toEqual(before);
  });

  it('are certificates of one authority with the name of the service, and keys of their own', () => {
    const authority = new X509Certificate(contentOf('authority/ca.crt'));
    for (const service of SECRET_HOLDERS) {
      const certificate = new X509Certificate(contentOf(`${service}/tls.crt`));
      expect(certificate.subject).toBe(`CN=${service}`);
      expect(certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(contentOf(`${service}/tls.key`)))).toBe(true);
      expect(contentOf(`${service}/ca.crt`)).toBe(contentOf('authority/ca.crt'));
    }
  });

  it('are what the services read, and the key of the authority is for none', () => {
    const read = Object.entries(file.services).flatMap(([service, { environment = {}, volumes = [] }]) => {
      const mount = volumes.map(asMount).find((each) => each.volume?.subpath !== undefined);
      const values = [...Object.values(environment).map(String), ...(file.services[service]?.command ?? [])];
      const prefix = `${mount?.target ?? '/security'}/`;
      const found = values.flatMap((value) => value.split(/[\s=)]/)).filter((value) => value.startsWith(prefix));
      return found.map((path) => join(mount?.volume?.subpath ?? 'none', path.slice(prefix.length)));
    });
    expect(read.length).toBeGreaterThan(30);
    expect(read.filter((path) => !path.includes('$') && !existsSync(join(folder, path)))).toEqual([]);
    expect(SECRET_HOLDERS.flatMap(filesIn).filter((path) => path.endsWith('ca.key'))).toEqual([]);
  });

  it('give each user one password of 192 bits', () => {
    const same = ['setup', 'worker', 'kafka'].map((service) => contentOf(`${service}/worker.password`));
    expect(new Set(same).size).toBe(1);
    const all = filesIn('authority').filter((path) => path.endsWith('.password'));
    expect(new Set(all.map(contentOf)).size).toBe(all.length);
    expect(all.filter((path) => !/^[\w-]{32}$/.test(contentOf(path)))).toEqual([]);
    expect(JSON.parse(contentOf('kibana/secrets.yml'))).toMatchObject({
      'elasticsearch.password': contentOf('setup/kibana.password'),
    });
  });
});

describe('the broker of the Compose file', () => {
  const properties = (name: string): Record<string, string> => {
    const lines = readFileSync(join(DEPLOY, 'kafka', name), 'utf8').split('\n');
    const pairs = lines.filter((line) => /^[^#=]+=/.test(line)).map((line) => line.split(/=(.*)/, 2));
    return Object.fromEntries(pairs) as Record<string, string>;
  };
  const names = (listeners = ''): string[] => listeners.split(',').map((each) => each.split(':')[0] ?? '');

  it('has no listener without TLS, and one for the controller inside the container only', () => {
    const { listeners, 'listener.security.protocol.map': protocols = '' } = properties('server.properties');
    const map = Object.fromEntries(protocols.split(',').map((each) => each.split(':'))) as Record<string, string>;
    expect(names(listeners).map((name) => map[name])).toEqual(['SASL_SSL', 'SASL_SSL', 'SSL']);
    expect(listeners).toContain('CONTROLLER://127.0.0.1:');
    expect(properties('client.properties')['security.protocol']).toBe('SASL_SSL');
  });

  it('is protected as the local one with --secure', () => {
    const local = readFileSync(join(DEPLOY, 'local', 'services', 'kafka-secure.properties'), 'utf8').split('\n');
    const wanted = local.filter((line) => /^[a-z]/.test(line) && !line.startsWith('listener.security.protocol.map='));
    const lines = readFileSync(join(DEPLOY, 'kafka', 'server.properties'), 'utf8').split('\n');
    expect(wanted.length).toBeGreaterThan(8);
    expect(wanted.filter((line) => !lines.includes(line))).toEqual([]);
  });
});

it('the database lets nobody in without TLS', () => {
  const rules = readFileSync(join(DEPLOY, 'postgres', 'pg_hba.conf'), 'utf8').split('\n');
  const ways = rules.filter((line) => /^[a-z]/.test(line)).map((line) => line.split(/\s+/));
  expect(ways.map(([type = '', , , ...rest]) => `${type} ${rest.at(-1) ?? ''}`)).toEqual([
    'local scram-sha-256',
    'hostssl cert',
  ]);
});
