import { aliasPrefix, derivedTopics } from '../../activities/contracts/pipeline-names';
import type { KafkaRight } from '../../activities/kafka';
import type { ElasticsearchRole } from './pipeline-rights';

/** Returns what Logstash may do in Kafka to read what a pipeline derives. */
export function logstashKafkaRights(name: string): KafkaRight[] {
  const topics = Object.values(derivedTopics(name)).map((topic) => ({ resource: 'topic' as const, name: topic }));
  const group = { resource: 'group' as const, name: `${name}-logstash` };
  return [...topics, group].map((each) => ({ ...each, isPrefix: false, operations: ['READ'] }));
}

/** Returns the role of Logstash as an external sink: it creates monthly indices, and deletes nothing. */
export function logstashRole(name: string): ElasticsearchRole {
  const indices = [{ names: [`${aliasPrefix(name)}*`], privileges: ['auto_configure', 'index'] }];
  // Its Elasticsearch output asks for version and license first.
  return { cluster: ['monitor'], indices };
}
