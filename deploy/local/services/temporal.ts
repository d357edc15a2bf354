import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PendingInstallation } from '../install/install-parts';
import { SERVER_GRACE_MS, type Service } from '../service';
import type { ServerContext } from './server-context';

/**
 * The dev server of the Temporal CLI; its SQLite file survives a kill -9. It has neither TLS nor a login: behind the proxy of
 * a secured stack it has a port of its own, and no Web UI.
 */
export async function temporalService(
  { config, endpoints: { temporal: endpoint }, security }: ServerContext,
  installing: Pick<PendingInstallation, 'temporal'>,
  folder: string,
): Promise<Service> {
  const temporal = await installing.temporal;
  const ports = security === undefined ? [config.TEMPORAL_PORT, config.TEMPORAL_UI_PORT] : [config.TEMPORAL_DEV_PORT];
  return {
    name: 'temporal',
    endpoint,
    ports,
    command: [
      temporal,
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--db-filename', join(folder, 'temporal.db'), '--namespace', config.TEMPORAL_NAMESPACE],
      ...(security === undefined ? ['--ui-port', String(config.TEMPORAL_UI_PORT)] : ['--headless']),
      ...['--port', String(ports[0])],
    ],
    // Keeps the user's own CLI profile from changing the server's behaviour.
    env: { PATH: dirname(temporal), HOME: folder },
    cwd: folder,
    prepare: async () => {
      await mkdir(folder, { recursive: true });
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}
