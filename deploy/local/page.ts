import { resolve } from 'node:path';
import type { Addresses } from '../../workers/addresses';
import type { Config } from '../../workers/config';
import type { CompanionSpec } from './companion';
import type { Reachable } from './servers/server';

const PAGE_NAME = 'page';

const PROJECT = resolve(__dirname, '../..');

export function pageAt({ PAGE_PORT }: Config): Reachable {
  const address = `http://127.0.0.1:${PAGE_PORT}/`;
  return { name: PAGE_NAME, address, probe: (signal) => probePage(address, signal) };
}

/** The local page of charts as a companion of the stack. */
export function pageCompanion(config: Config, addresses: Addresses, environment: NodeJS.ProcessEnv): CompanionSpec {
  return {
    name: PAGE_NAME,
    command: [process.execPath, '--import', 'tsx', 'workers/serve-page.ts'],
    cwd: PROJECT,
    env: { ...environment, ELASTICSEARCH_NODE: addresses.elasticsearchNode },
    ports: [config.PAGE_PORT],
  };
}

async function probePage(address: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(address, { signal });
  const body = await response.text();
  if (!response.ok || !body.includes('<title>Streaming pipeline')) throw new Error(`${address} is not the page`);
}
