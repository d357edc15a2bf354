import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import versions from '../../deploy/local/versions.json';
import { loadConfig, SETTINGS } from '../../workers/config';
import { SET_UP_SETTINGS } from '../../workers/set-up-servers';
import { type ComposeFile, composeProblems } from './compose-rules';

const PROJECT = join(__dirname, '..', '..');
const DEPLOY = join(PROJECT, 'deploy');
const text = readFileSync(join(DEPLOY, 'docker-compose.yml'), 'utf8');
const required = [...new Set([...text.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name ?? ''))].sort();

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
    expect(Object.keys(file.services).sort()).toEqual([...servers, 'setup', 'temporal-schema', 'worker'].sort());
  });

  it('uses every volume that it declares', () => {
    const used = Object.values(file.services).flatMap(({ volumes = [] }) => volumes.map((each) => each.split(':')[0]));
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
    const known = [...SETTINGS, ...SET_UP_SETTINGS];
    expect(environmentOf('setup').filter((name) => !known.includes(name))).toEqual([]);
  });

  it('passes the schema registry of the environment to the worker, which may have none', () => {
    const { SCHEMA_REGISTRY_URL: given } = file.services['worker']?.environment ?? {};
    expect(given).toBe('${SCHEMA_REGISTRY_URL:-}');
    expect(loadConfig({ SCHEMA_REGISTRY_URL: '' }).SCHEMA_REGISTRY_URL).toBeUndefined();
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
    ['root', "user: '999:999'", "user: '0:0'", 'postgres runs as a user'],
    ['no user', "    user: '999:999'\n", '', 'postgres runs as a user'],
    ['capabilities', 'cap_drop: [ALL]', 'cap_drop: []', 'kafka has no capability'],
    ['new privileges', "['no-new-privileges:true']", '[]', 'kafka has no capability'],
    ['no memory limit', '    mem_limit: 3g\n', '', 'worker has a memory limit'],
    ['a port on every address', '127.0.0.1:9200:9200', '9200:9200', 'elasticsearch publishes'],
    ['a port of another address', '127.0.0.1:7233:7233', '0.0.0.0:7233:7233', 'temporal publishes'],
    [
      'a password',
      'ELASTICSEARCH_USERNAME: elastic\n      ELASTICSEARCH_PASSWORD: *elastic-password',
      'ELASTICSEARCH_USERNAME: elastic\n      ELASTICSEARCH_PASSWORD: changeme',
      'setup holds no secret',
    ],
    [
      'a password by default',
      'ELASTIC_PASSWORD: *elastic-password',
      'ELASTIC_PASSWORD: ${E:-changeme}',
      'holds no secret',
    ],
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

describe('the secrets of the Compose file', () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'compose-'));
    cpSync(join(PROJECT, 'compose.yaml'), join(project, 'compose.yaml'));
    mkdirSync(join(project, 'deploy'));
    for (const name of ['docker-compose.yml', 'make-env.sh']) cpSync(join(DEPLOY, name), join(project, 'deploy', name));
  });
  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  const makeEnv = (): number | null => spawnSync('sh', ['deploy/make-env.sh'], { cwd: project }).status;
  const written = (): string => readFileSync(join(project, '.env'), 'utf8');

  it('are each required, with the command that creates them', () => {
    const asked = [...text.matchAll(/\$\{\w+:\?([^}]*)\}/g)].map(([, message]) => message);
    expect(new Set(asked).size).toBe(1);
    expect(asked[0]).toContain('sh deploy/make-env.sh');
  });

  it('are readable by the owner only, new each time, and long enough for Kibana', () => {
    expect(makeEnv()).toBe(0);
    const lines = written().trimEnd().split('\n');
    expect(lines.map((line) => line.split('=')[0]).sort()).toEqual(required);
    const values = lines.map((line) => line.split('=')[1] ?? '');
    expect(values.filter((value) => !/^[0-9a-f]{48}$/.test(value))).toEqual([]);
    expect(new Set(values).size).toBe(values.length);
    expect(statSync(join(project, '.env')).mode & 0o777).toBe(0o600);
  });

  it('are not created twice', () => {
    makeEnv();
    const before = written();
    expect(makeEnv()).toBe(1);
    expect(written()).toBe(before);
  });

  it('stay out of git and of the image', () => {
    const rules = (name: string): string[] => readFileSync(join(PROJECT, name), 'utf8').split('\n');
    expect(rules('.gitignore')).toContain('.env');
    expect(rules('.dockerignore')[1]).toBe('*');
    expect(rules('.dockerignore').filter((rule) => /^!.*\.env/.test(rule))).toEqual([]);
  });

  const isThere = spawnSync('docker', ['compose', 'version']).status === 0;
  (isThere ? it : it.skip)('let Compose’s own check pass, which names one without them', () => {
    const check = () => {
      const env = Object.entries(process.env).filter(([name]) => !required.includes(name));
      const args = ['compose', '--profile', 'logstash', 'config', '--quiet'];
      return spawnSync('docker', args, { cwd: project, env: Object.fromEntries(env), encoding: 'utf8' });
    };
    expect(check().stderr).toMatch(/[A-Z_]+ is missing a value: .*sh deploy\/make-env\.sh/);
    makeEnv();
    expect(check()).toMatchObject({ status: 0, stderr: '' });
  });
});
