/** An operation that an action needs on topics, named as in the commands of Kafka. */
export interface NeededRight {
  readonly operation: 'Create' | 'Describe' | 'DescribeConfigs' | 'Read' | 'Write';
  readonly topics: readonly string[];
  /** The consumer group that the action joins, which needs `Read`. */
  readonly group?: string;
}

/**
 * Returns the ACL without which Kafka refuses an action; null if it failed for another reason. Kafka itself tells only
 * whether a topic or the group was refused.
 *
 * @param type - Kafka's name for the error
 */
export function missingRight(type: string | undefined, { operation, topics, group }: NeededRight): string | null {
  if (type === 'GROUP_AUTHORIZATION_FAILED') return `the ACL Read on group ${group ?? ''}`;
  if (type !== 'TOPIC_AUTHORIZATION_FAILED') return null;
  const which = `${topics.length === 1 ? 'topic' : 'topics'} ${topics.join(', ')}`;
  return operation === 'Describe' ? `an ACL on ${which}: Read, Write or Describe` : `the ACL ${operation} on ${which}`;
}
