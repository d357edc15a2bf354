import { pipelineNameSchema } from '../../activities/contracts/pipeline-names';
import { SEARCH_ATTRIBUTES } from '../../activities/contracts/search-attributes';
import type { KafkaRight } from '../../activities/kafka';
import { addressesOf, type Config } from '../config';
import { kibanaRoles, spaceOf } from './kibana-roles';
import { elasticsearchRoles, type PipelineRights, roleName, workerKafkaRights } from './pipeline-rights';
import { NAMESPACE_ACCESS, temporalClaims, type TemporalRole } from './temporal-permissions';

/** Of a Kibana on this machine. */
const DEFAULT_KIBANA_URL = 'http://127.0.0.1:5601';

/** A JSON document that a command sends. */
export interface RightsFile {
  readonly name: string;
  readonly text: string;
}

/** The rights of one pipeline: text with commands, and the documents that they send. */
export interface RightsAccount {
  readonly text: string;
  readonly files: readonly RightsFile[];
}

export interface RightsRequest extends PipelineRights {
  /** User of the worker in Kafka: what follows `User:` in its principal. */
  readonly kafkaUser: string;
  /** Where the commands find the files; null: the commands have them in themselves. */
  readonly folder: string | null;
}

/** Of topics, and of users as commands can have them in quotation marks. */
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
const USER_NAME = /^[^'\s]+(?: ?[^'\s]+)*$/;

/** Returns what is wrong with a request, null if nothing is. */
export function requestProblem({ name, sourceTopic, kafkaUser, folder }: RightsRequest): string | null {
  const { error } = pipelineNameSchema.safeParse(name);
  if (error !== undefined) return `NAME: ${error.issues[0]?.message ?? ''}, got ${name}`;
  if (sourceTopic !== undefined && !TOPIC_NAME.test(sourceTopic)) {
    return `--source: expected the name of a topic, got ${sourceTopic}`;
  }
  if (!USER_NAME.test(kafkaUser)) return `--kafka-user: expected a name without ', got ${kafkaUser}`;
  return folder?.includes("'") === true ? `--folder: expected a path without ', got ${folder}` : null;
}

/** Describes the rights of a pipeline on the servers of the settings, as commands of an administrator. */
export function rightsAccount(config: Config, request: RightsRequest): RightsAccount {
  const { name, sourceTopic, kafkaUser, folder } = request;
  const files: RightsFile[] = [];
  const put = (url: string, file: string, document: object, options = ''): string => {
    files.push(fileOf(file, document));
    const data = folder === null ? JSON.stringify(document) : `@${folder}/${file}`;
    return (
      `curl --fail-with-body --user elastic --request PUT '${url}' ` +
      `--header 'content-type: application/json' ${options}--data '${data}'`
    );
  };
  const { kafkaBrokers, elasticsearchNode } = addressesOf(config);
  const roles = elasticsearchRoles([request]);
  const kibana = (config.KIBANA_URL ?? DEFAULT_KIBANA_URL).replace(/\/+$/, '');
  // Roles are those of all spaces.
  const kibanaRoot = kibana.replace(/\/s\/[^/]+$/, '');
  const kibanaRole = Object.entries(kibanaRoles(spaceOf(kibana), roles.reader));
  const lines = [
    `# Kafka: the ACLs of the worker and its Spark drivers, whose principal is User:${kafkaUser}.`,
    ...aclCommands(workerKafkaRights(request), kafkaBrokers, kafkaUser),
    ...(sourceTopic === undefined
      ? []
      : [`# Only for a redrive of dead letters of the stage parse: --operation Write on topic ${sourceTopic}.`]),
    '',
    '# Elasticsearch: roles of the worker, of a worker that drops months, of the page, and of readers.',
    ...Object.entries(roles).map(([role, document]) =>
      put(`${elasticsearchNode}/_security/role/${roleName(name, role)}`, `elasticsearch-${role}.json`, document),
    ),
    '',
    '# Kibana: roles of a worker that imports the dashboard, and of readers.',
    ...kibanaRole.map(([role, document]) =>
      put(
        `${kibanaRoot}/api/security/role/${roleName(name, `kibana-${role}`)}`,
        `kibana-${role}.json`,
        document,
        "--header 'kbn-xsrf: true' ",
      ),
    ),
    '',
    ...temporalLines(config.TEMPORAL_NAMESPACE, files),
  ];
  return { text: lines.join('\n'), files };
}

function fileOf(name: string, document: object): RightsFile {
  return { name, text: `${JSON.stringify(document, null, 2)}\n` };
}

/** Temporal has no rights below a namespace. */
function temporalLines(namespace: string, files: RightsFile[]): string[] {
  const roles = Object.keys(NAMESPACE_ACCESS) as TemporalRole[];
  const claims = roles.map((role) => temporalClaims(namespace, role));
  claims.forEach((document, position) => {
    files.push(fileOf(`temporal-${roles[position]}.json`, document));
  });
  return [
    `# Temporal: access to namespace ${namespace}. In Temporal Cloud, a service account for each; create its API key then.`,
    ...roles.map((role) => {
      const permission = `${namespace}=${NAMESPACE_ACCESS[role]}`;
      return `tcld service-account create-scoped --name pipeline-${role} --namespace-permission '${permission}'`;
    }),
    ...searchAttributeLines(namespace),
    '# With a Temporal server of your own, these claims in the JSON Web Token of each:',
    ...claims.map((document) => `#   ${JSON.stringify(document)}`),
  ];
}

/** A worker registers them itself if it may, which only an administrator of the namespace may. */
function searchAttributeLines(namespace: string): string[] {
  const names = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => `--name ${name} --type Keyword`);
  return [
    '# The search attributes of pipelines, which a worker without more access cannot register. In Temporal Cloud:',
    `#   tcld namespace search-attributes add --namespace '${namespace}' ${Object.values(SEARCH_ATTRIBUTES)
      .map(({ name }) => `--sa ${name}=Keyword`)
      .join(' ')}`,
    `temporal operator search-attribute create --namespace '${namespace}' ${names.join(' ')}`,
  ];
}

/** One command for all rights with the same operations. */
function aclCommands(rights: readonly KafkaRight[], brokers: readonly string[], user: string): string[] {
  const groups = new Map<string, KafkaRight[]>();
  for (const right of rights) {
    const key = JSON.stringify([right.resource, right.isPrefix, right.operations]);
    groups.set(key, [...(groups.get(key) ?? []), right]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    return [
      `kafka-acls.sh --bootstrap-server ${brokers.join(',')} --command-config admin.properties`,
      `--add --allow-principal 'User:${user}'`,
      ...(first?.operations ?? []).map((operation) => `--operation ${operationName(operation)}`),
      ...(first?.isPrefix === true ? ['--resource-pattern-type prefixed'] : []),
      ...group.map(({ resource, name }) => `--${resource} '${name}'`),
    ].join(' ');
  });
}

/** Returns the name of an operation in the commands of Kafka. */
function operationName(operation: KafkaRight['operations'][number]): string {
  return operation
    .split('_')
    .map((word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`)
    .join('');
}
