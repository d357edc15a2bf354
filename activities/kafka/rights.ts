import type { AclOperationTypes } from 'kafkajs';

type Operation = Exclude<keyof typeof AclOperationTypes, 'UNKNOWN' | 'ANY'>;

/** Operations that a user may do on a topic or a group, or on all whose names begin with `name`. */
export interface KafkaRight {
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly isPrefix: boolean;
  readonly operations: readonly Operation[];
}
