import { devNull } from 'node:os';
import { join } from 'node:path';
import { endpointsOf } from '../endpoints';
import type { PendingInstallation } from '../install/install-parts';
import { connectedAs } from '../security/stack-security';
import type { Service } from '../service';
import { elasticsearchService } from './elasticsearch';
import { kafkaService } from './kafka';
import type { ServerContext } from './server-context';
import { temporalService } from './temporal';
import { temporalProxyService } from './temporal-proxy';

/** Returns the servers that the stack runs, by name; each resolves when its program is installed. */
export function managedServers(
  context: ServerContext,
  installing: PendingInstallation,
  folder: string,
): Record<string, Promise<Service>> {
  const { temporal, kafka, elasticsearch } = context.endpoints;
  return {
    ...(temporal.managed && temporalServers(context, installing, folder)),
    ...(kafka.managed && { kafka: kafkaService(context, installing, join(folder, 'kafka')) }),
    ...(elasticsearch.managed && {
      elasticsearch: elasticsearchService(context, installing, join(folder, 'elasticsearch')),
    }),
  };
}

/** The dev server has no TLS, so a secured stack has a proxy before it. */
function temporalServers(
  context: ServerContext,
  installing: PendingInstallation,
  folder: string,
): Record<string, Promise<Service>> {
  const { config, endpoints, security } = context;
  const start = (endpoint: ServerContext['endpoints']['temporal']): Promise<Service> =>
    temporalService(
      { ...context, endpoints: { ...endpoints, temporal: endpoint } },
      installing,
      join(folder, 'temporal'),
    );
  if (security === undefined) return { temporal: start(endpoints.temporal) };
  const [listens, forwardsTo] = [config.TEMPORAL_PORT, config.TEMPORAL_DEV_PORT];
  const behind = { TEMPORAL_CONFIG_FILE: devNull, TEMPORAL_ADDRESS: `127.0.0.1:${forwardsTo}` };
  const proxy = {
    endpoint: { ...endpoints.temporal, name: 'temporal-proxy' },
    ports: { listens, forwardsTo },
    security,
  };
  return {
    temporal: start(endpointsOf(config, connectedAs(config, behind)).temporal),
    'temporal-proxy': temporalProxyService(proxy, installing, join(folder, 'temporal-proxy')),
  };
}
