import type { FailureType } from '../contracts/failures';
import { tlsProblem } from '../contracts/tls-problem';

const REFUSED: FailureType = 'AccessRefused';
/** How the job reports that Kafka or the registry keeps it out, with Java's own reason. */
const REPORTED = new RegExp(`^${REFUSED}: (?<reason>.+)$`, 's');
const OF_REGISTRY = 'SchemaRegistryRefused: ';

/** What a driver that was ended for it shows while the next one starts. */
export const CONNECTIONS_CHANGED = `${REFUSED}: the certificates or credentials of this worker have changed; the next driver starts with the new ones.`;

/** Adds to the error of a driver what to do, if it was kept out; returns any other error unchanged. */
export function withRemedy(error: string | null): string | null {
  const reason = REPORTED.exec(error ?? '')?.groups?.['reason'];
  if (reason === undefined) return error;
  const server = reason.startsWith(OF_REGISTRY) ? 'the schema registry' : 'Kafka';
  return `${REFUSED}: Spark cannot use ${server}: ${remedyFor(reason)} (${reason.replace(OF_REGISTRY, '')}).`;
}

function remedyFor(reason: string): string {
  const isOfRegistry = reason.startsWith(OF_REGISTRY);
  const tls = tlsProblem(reason, isOfRegistry ? 'SCHEMA_REGISTRY' : 'KAFKA');
  if (tls !== undefined) return tls;
  if (isOfRegistry) {
    return (
      'it refuses the credentials; correct SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or ' +
      'SCHEMA_REGISTRY_API_KEY or SCHEMA_REGISTRY_BEARER_TOKEN'
    );
  }
  if (reason.includes('Authorization')) return 'the user has no right to do this; grant it by an ACL';
  return 'it refuses the credentials; correct KAFKA_USERNAME and KAFKA_PASSWORD, or those of KAFKA_OAUTH_TOKEN_URL';
}
