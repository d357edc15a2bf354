import versions from '../../deploy/local/versions.json';

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
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string }>>;
}

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
/** From the environment, or Compose refuses to start. */
const REQUIRED = /^\$\{[A-Z_]+:\?[^}]+\}$/;

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
      .filter(([name, value]) => SECRET.test(name) && !REQUIRED.test(String(value)))
      .map(([name]) => name),
  'has a health check, or ends': (service) =>
    endsByItself(service) || service.healthcheck?.test !== undefined ? [] : ['none'],
  'waits for the health or the end of services that there are': ({ depends_on: dependencies = {} }, { services }) =>
    Object.entries(dependencies)
      .filter(([name, { condition }]) => condition !== awaited(services[name]))
      .map(([name]) => name),
  'mounts declared volumes': ({ volumes = [] }, file) =>
    volumes
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((source) => !source.startsWith('./') && !(source in file.volumes)),
};

/** What breaks a rule, each as `<service> <rule>: <what>`. */
export function composeProblems(file: ComposeFile): string[] {
  return Object.entries(file.services).flatMap(([name, service]) =>
    Object.entries(RULES).flatMap(([rule, check]) =>
      check(service, file, name).map((problem) => `${name} ${rule}: ${problem}`),
    ),
  );
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
