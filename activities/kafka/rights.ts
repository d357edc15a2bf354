import { type AclEntry, AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { KafkaClients, type KafkaServers } from './connection';
import { kafkaFailure } from './kafka-failure';

type Operation = Exclude<keyof typeof AclOperationTypes, 'UNKNOWN' | 'ANY'>;

/** Operations that a user may do on a topic or a group, or on all whose names begin with `name`. */
export interface KafkaRight {
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly isPrefix: boolean;
  readonly operations: readonly Operation[];
}

/**
 * Allows a user what the rights say, from every host. Idempotent; takes nothing away.
 *
 * @param servers - with the credentials of an administrator
 */
export async function grantRights(servers: KafkaServers, user: string, rights: readonly KafkaRight[]): Promise<void> {
  const admin = new KafkaClients(servers, { clientId: 'rights' }).open().admin();
  try {
    await admin.connect();
    await admin.createAcls({ acl: rights.flatMap((right) => entriesOf(user, right)) });
  } catch (error) {
    throw kafkaFailure(error, `Granting rights to ${user}`);
  } finally {
    await admin.disconnect();
  }
}

function entriesOf(user: string, { resource, name, isPrefix, operations }: KafkaRight): AclEntry[] {
  return operations.map((operation) => ({
    principal: `User:${user}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    operation: AclOperationTypes[operation],
    resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: name,
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  }));
}
