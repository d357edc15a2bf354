import type { Config } from '../../workers/config';
import type { Finding } from './finding';
import { portOwner } from './port-owner';
import { isFree } from './processes/free-port';

/**
 * Looks at each port that a server of ours is to listen on.
 *
 * @param own - ports of servers that an earlier start has left, which the next start adopts or stops
 */
export async function examinePorts(config: Config, own: ReadonlySet<number>): Promise<Finding[]> {
  const ports = managedPorts(config);
  const findings = ports.map(async ([setting, port], index): Promise<Finding> => {
    const same = ports.slice(0, index).find(([, earlier]) => earlier === port)?.[0];
    if (same !== undefined)
      return { wrong: `${setting} and ${same} are both ${port}. Set one of them to another port.` };
    if (own.has(port)) return { found: `Port ${port} (${setting}) is used by our own server` };
    if (await isFree(port)) return { found: `Port ${port} (${setting}) is free` };
    const owner = portOwner(port);
    const why = owner === undefined ? 'cannot be listened on. Set' : `is taken by ${owner}. End it, or set`;
    return { wrong: `Port ${port} (${setting}) ${why} ${setting} to a free port.` };
  });
  return Promise.all(findings);
}

function managedPorts(config: Config): (readonly [string, number])[] {
  const settings: (keyof Config & `${string}_PORT`)[] = ['PAGE_PORT'];
  if (config.TEMPORAL_ADDRESS === undefined) settings.push('TEMPORAL_PORT', 'TEMPORAL_UI_PORT');
  if (config.KAFKA_BROKERS === undefined) settings.push('KAFKA_PORT', 'KAFKA_CONTROLLER_PORT');
  if (config.ELASTICSEARCH_NODE === undefined) settings.push('ELASTICSEARCH_PORT', 'ELASTICSEARCH_TRANSPORT_PORT');
  return settings.map((setting) => [setting, config[setting]]);
}
