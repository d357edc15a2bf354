import type { Addresses, Config } from '../../../workers/config';
import { pageEndpoint } from '../endpoints';
import { PROJECT } from '../folders';
import { PROGRAM_GRACE_MS, type Service } from '../service';

/** The local page of charts. */
export function pageService(config: Config, addresses: Addresses, environment: NodeJS.ProcessEnv): Service {
  return {
    name: 'page',
    endpoint: pageEndpoint(config),
    ports: [config.PAGE_PORT],
    command: [process.execPath, '--import', 'tsx', 'workers/serve-page.ts'],
    cwd: PROJECT,
    env: { ...environment, ELASTICSEARCH_NODE: addresses.elasticsearchNode },
    stopGraceMs: PROGRAM_GRACE_MS,
  };
}
