import versions from '../../deploy/local/versions.json';
import { SECRET_HOLDERS } from '../../deploy/make-secrets';

/** As much of a Compose file as the rules look at. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly restart?: string;
  readonly user?: string;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly Mount[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string }>>;
}

type Mount =
  | string
  | {
      readonly source: string;
      readonly target: string;
      readonly read_only?: boolean;
      readonly volume?: { readonly subpath?: string };
    };

type Rule = (service: Service, file: ComposeFile, name: string) => readonly string[];

/** Versions that run without containers too. */
const IMAGES: Readonly<Record<string, string>> = {
  kafka: `apache/kafka:${versions.kafka.version}`,
  temporal: `temporalio/server:${versions.temporal.server}`,
  'temporal-ui': `temporalio/ui:${versions.temporal.ui}`,
  ...Object.fromEntries(
    ['elasticsearch', 'kibana', 'logstash'].map((product) => [
      product,
      `docker.elastic.co/${product}/${product}:${versions.elasticsearch.version}`,
    ]),
  ),
};

const PINNED = /:\d+\.\d+(\.\d+)?(-[\w.-]+)?$/;
const SECRET = /PASSWORD|PWD|SECRET|TOKEN|KEY/;
/** Where the secrets of a service are, and what `$` lets Compose put there if a variable is set. */
const SECRET_FILE = /^(\/security\/|\/usr\/share\/elasticsearch\/config\/security\/|\$\{[A-Z_]+:\+\/run\/keys\/)/;
/** Unencrypted; within one container, a health check may ask so. */
const UNENCRYPTED = /http:\/\/(?!127\.0\.0\.1:)[^'"\s]*|\b(SASL_)?PLAINTEXT\b/g;
/** Services that take over the folder of another: the same program, before it starts. */
const SHARED_FOLDERS: Readonly<Record<string, string>> = { 'temporal-schema': 'temporal' };
/** It makes the secrets of all. */
const MAKER = 'secrets';

const RULES: Readonly<Record<string, Rule>> = {
  'image is pinned, to the version of the local stack': ({ image = '', build }, _file, name) => {
    const wanted = IMAGES[name];
    return build !== undefined || (wanted === undefined ? PINNED.test(image) : image === wanted) ? [] : [image];
  },
  'runs as a user by number, not as root': ({ user = '' }) => (/^[1-9]\d*:\d+$/.test(user) ? [] : [user]),
  'has no capability and gains no privilege': ({ cap_drop: dropped = [], security_opt: options = [] }) =>
    dropped.includes('ALL') && options.includes('no-new-privileges:true') ? [] : ['allowed'],
  'has a memory limit': ({ mem_limit: limit = '' }) => (/^\d+[mg]$/.test(limit) ? [] : [limit]),
  'publishes on 127.0.0.1 only': ({ ports = [] }) => ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port)),
  'holds no secret': ({ environment = {} }) =>
    Object.entries(environment)
      .filter(([name, value]) => SECRET.test(name) && !SECRET_FILE.test(String(value)))
      .map(([name]) => name),
  'connects by TLS': ({ environment = {}, entrypoint = [], command = [], healthcheck }) =>
    JSON.stringify([environment, entrypoint, command, healthcheck]).match(UNENCRYPTED) ?? [],
  'has its own secrets only': ({ volumes = [] }, _file, name) =>
    name === MAKER ? [] : foreignSecrets(volumes.map(asMount), SHARED_FOLDERS[name] ?? name),
  'has a health check, or ends': (service) =>
    endsByItself(service) || service.healthcheck?.test !== undefined ? [] : ['none'],
  'waits for the health or the end of services that there are': ({ depends_on: dependencies = {} }, { services }) =>
    Object.entries(dependencies)
      .filter(([name, { condition }]) => condition !== awaited(services[name]))
      .map(([name]) => name),
  'mounts declared volumes': ({ volumes = [] }, file) =>
    volumes
      .map((volume) => asMount(volume).source)
      .filter((source) => !/^(\.\/|\$\{[A-Z_]+:-\/dev\/null\}$)/.test(source) && !(source in file.volumes)),
};

/** What breaks a rule, each as `<service> <rule>: <what>`. */
export function composeProblems(file: ComposeFile): string[] {
  return Object.entries(file.services).flatMap(([name, service]) =>
    Object.entries(RULES).flatMap(([rule, check]) =>
      check(service, file, name).map((problem) => `${name} ${rule}: ${problem}`),
    ),
  );
}

/** The mounted folders of secrets, unless it is this one only. */
function foreignSecrets(mounts: readonly Exclude<Mount, string>[], folder: string): string[] {
  const mounted = mounts
    .filter(({ source }) => source === 'secrets')
    .map(
      ({ volume, read_only: isReadOnly }) => `${volume?.subpath ?? 'all'}${isReadOnly === true ? '' : ', writable'}`,
    );
  return mounted.join() === folder && SECRET_HOLDERS.includes(folder) ? [] : [`${folder}: ${mounted.join()}`];
}

/** `SOURCE:TARGET[:ro]`, where the source may be a variable with a default. */
export function asMount(mount: Mount): Exclude<Mount, string> {
  if (typeof mount !== 'string') return mount;
  const [, source = '', target = ''] = /^(\$\{[^}]*\}|[^:]*):([^:]*)/.exec(mount) ?? [];
  return { source, target };
}

function endsByItself({ restart = '' }: Service): boolean {
  return restart.startsWith('on-failure:');
}

/** The condition under which others may wait for a service; null for one that nobody can wait for. */
function awaited(service: Service | undefined): string | null {
  if (service === undefined) return null;
  if (endsByItself(service)) return 'service_completed_successfully';
  return service.healthcheck === undefined ? null : 'service_healthy';
}
