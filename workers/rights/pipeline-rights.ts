/**
 * What a pipeline's programs and readers may do in Kafka and Elasticsearch, and no more: each right is used by a step, and
 * no pattern covers anything of another pipeline.
 *
 * @module
 */
import { aliasPrefix, derivedTopics, ownRawTopic, readGroupPrefix } from '../../activities/contracts/pipeline-names';
import type { KafkaRight } from '../../activities/kafka';

/** A pipeline for which a worker needs rights. */
export interface PipelineRights {
  readonly name: string;
  /** The topic of others that it reads instead of its own raw topic. */
  readonly sourceTopic?: string;
}

/** A role of Elasticsearch, as `PUT _security/role` takes it. */
export interface ElasticsearchRole {
  readonly cluster: readonly string[];
  readonly indices: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

/**
 * Those who work with a pipeline's indices. `retention` is for a worker that also drops months: nobody else may delete
 * anything.
 */
export type ElasticsearchRoleName = 'worker' | 'retention' | 'page' | 'reader';

/**
 * Returns what a worker, with the Spark drivers that it starts, may do in Kafka.
 *
 * The topics are named one by one: a prefix would also cover a topic of others that begins with the pipeline's name.
 * `READ` and `WRITE` include `DESCRIBE`; the idempotent producer of Spark needs no more than `WRITE` since Kafka 3.0.
 */
export function workerKafkaRights({ name, sourceTopic }: PipelineRights): KafkaRight[] {
  const own = [...(sourceTopic === undefined ? [ownRawTopic(name)] : []), ...Object.values(derivedTopics(name))];
  const read = [...own, ...(sourceTopic === undefined ? [] : [sourceTopic])];
  return [
    ...own.map((topic) => right('topic', topic, ['CREATE', 'DESCRIBE_CONFIGS', 'READ', 'WRITE'])),
    ...(sourceTopic === undefined ? [] : [right('topic', sourceTopic, ['READ'])]),
    ...read.map((topic) => right('group', readGroupPrefix(topic), ['READ'])),
    right('group', aliasPrefix(name), ['READ']),
  ];
}

function right(resource: 'topic' | 'group', name: string, operations: KafkaRight['operations']): KafkaRight {
  return { resource, name, isPrefix: resource === 'group', operations };
}

/** Of the index privileges, `manage` would include deleting an index; hence the one action of it that is needed. */
const ALIASES = 'indices:admin/aliases';

const PRIVILEGES: Readonly<Record<ElasticsearchRoleName, { readonly cluster: string[]; readonly index: string[] }>> = {
  worker: {
    // Templates have no patterns of names in any privilege: this one is for those of the whole cluster.
    cluster: ['monitor', 'manage_index_templates'],
    // `index` includes new fields; `write` would include deleting documents.
    index: ['create_index', 'view_index_metadata', ALIASES, 'index', 'read', 'maintenance'],
  },
  retention: { cluster: [], index: ['monitor', 'delete_index'] },
  page: { cluster: [], index: ['read'] },
  // Kibana shows the fields of a data view.
  reader: { cluster: [], index: ['read', 'view_index_metadata'] },
};

/** Returns the name of a role in Elasticsearch or Kibana: no name of a pipeline has a dot, so no two share a role. */
export function roleName(pipeline: string, role: string): string {
  return `${aliasPrefix(pipeline)}${role}`;
}

/** Returns the roles, each for all of these pipelines. */
export function elasticsearchRoles(
  pipelines: readonly PipelineRights[],
): Readonly<Record<ElasticsearchRoleName, ElasticsearchRole>> {
  const names = pipelines.map(({ name }) => `${aliasPrefix(name)}*`);
  const roles = Object.entries(PRIVILEGES).map(([role, { cluster, index }]) => [
    role,
    { cluster, indices: [{ names, privileges: index }] },
  ]);
  return Object.fromEntries(roles) as Record<ElasticsearchRoleName, ElasticsearchRole>;
}
