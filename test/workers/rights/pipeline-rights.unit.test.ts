import { aliasesOf, derivedTopics, ownRawTopic, readGroupPrefix } from '../../../activities/contracts/pipeline-names';
import type { KafkaRight } from '../../../activities/kafka';
import { elasticsearchRoles, type PipelineRights, workerKafkaRights } from '../../../workers/rights/pipeline-rights';

const PIPELINES: readonly PipelineRights[] = [
  { name: 'a' },
  { name: 'a-b' },
  { name: 'a-readings' },
  // The topic that it reads has its own name as a prefix.
  { name: 'plant', sourceTopic: 'plant.readings' },
];

function topicsOf({ name, sourceTopic }: PipelineRights): string[] {
  return [sourceTopic ?? ownRawTopic(name), ...Object.values(derivedTopics(name))];
}

function indicesOf({ name }: PipelineRights): string[] {
  return Object.values(aliasesOf(name)).flatMap((alias) => [alias, `${alias}-0123abcd`, `${alias}-2026-01`]);
}

/** The operations that the rights give on a topic or group, as Kafka reads them. */
function operationsOn(rights: readonly KafkaRight[], resource: KafkaRight['resource'], name: string): string[] {
  const matching = rights.filter(
    (right) => right.resource === resource && (right.isPrefix ? name.startsWith(right.name) : name === right.name),
  );
  return matching.flatMap(({ operations }) => operations);
}

function othersThan(pipeline: PipelineRights): PipelineRights[] {
  return PIPELINES.filter((other) => other !== pipeline);
}

describe('workerKafkaRights', () => {
  it.each(PIPELINES)('give $name everything on its own topics, and read alone on a topic of others', (pipeline) => {
    const rights = workerKafkaRights(pipeline);
    for (const topic of topicsOf(pipeline)) {
      const all = ['CREATE', 'DESCRIBE_CONFIGS', 'READ', 'WRITE'];
      expect(operationsOn(rights, 'topic', topic)).toEqual(topic === pipeline.sourceTopic ? ['READ'] : all);
      expect(operationsOn(rights, 'group', `${readGroupPrefix(topic)}0123`)).toEqual(['READ']);
    }
    for (const alias of Object.values(aliasesOf(pipeline.name))) {
      expect(operationsOn(rights, 'group', alias)).toEqual(['READ']);
    }
  });

  it.each(PIPELINES)('give $name nothing on what belongs to another pipeline or to others', (pipeline) => {
    const rights = workerKafkaRights(pipeline);
    const topics = [...othersThan(pipeline).flatMap(topicsOf), `${pipeline.name}.notes`, `${pipeline.name}.raw.old`];
    const groups = [
      ...topics.map((topic) => `${readGroupPrefix(topic)}0123`),
      ...othersThan(pipeline).flatMap(({ name }) => Object.values(aliasesOf(name))),
      `${pipeline.name}.dashboard`,
    ];
    expect(topics.flatMap((topic) => operationsOn(rights, 'topic', topic))).toEqual([]);
    expect(groups.flatMap((group) => operationsOn(rights, 'group', group))).toEqual([]);
  });
});

describe('elasticsearchRoles', () => {
  it.each(PIPELINES)('cover the aliases and indices of $name, and none of another pipeline', (pipeline) => {
    const roles = Object.values(elasticsearchRoles([pipeline]));
    const patterns = new Set(roles.flatMap(({ indices }) => indices.flatMap(({ names }) => names)));
    expect([...patterns]).toEqual([`pipeline.${pipeline.name}.*`]);
    const [prefix = ''] = [...patterns].map((pattern) => pattern.slice(0, -1));
    const covered = (index: string): boolean => index.startsWith(prefix);
    expect(indicesOf(pipeline).every(covered)).toBe(true);
    expect(othersThan(pipeline).flatMap(indicesOf).filter(covered)).toEqual([]);
  });

  it('let nobody but the role that drops months delete anything, and page and readers only read', () => {
    const { worker, retention, page, reader } = elasticsearchRoles([{ name: 'a' }]);
    const privilegesOf = ({ indices }: typeof worker): readonly string[] => indices.flatMap((each) => each.privileges);
    for (const role of [worker, page, reader]) {
      for (const deleting of ['all', 'manage', 'write', 'delete', 'delete_index']) {
        expect(privilegesOf(role)).not.toContain(deleting);
      }
    }
    expect(privilegesOf(retention)).toEqual(['monitor', 'delete_index']);
    expect(privilegesOf(page)).toEqual(['read']);
    expect(privilegesOf(reader)).toEqual(['read', 'view_index_metadata']);
    expect([page, reader, retention].flatMap(({ cluster }) => cluster)).toEqual([]);
  });
});
