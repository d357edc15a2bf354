import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../workers/config';
import { endpointsOf } from '../endpoints';
import type { PendingInstallation } from '../install/install-parts';
import { SERVER_GRACE_MS, type Service } from '../service';

/** The dev server of the Temporal CLI with its Web UI; its SQLite file survives a kill -9. */
export async function temporalService(
  config: Config,
  installing: Pick<PendingInstallation, 'temporal'>,
  folder: string,
): Promise<Service> {
  const temporal = await installing.temporal;
  return {
    name: 'temporal',
    endpoint: endpointsOf(config).temporal,
    ports: [config.TEMPORAL_PORT, config.TEMPORAL_UI_PORT],
    command: [
      temporal,
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--db-filename', join(folder, 'temporal.db'), '--namespace', config.TEMPORAL_NAMESPACE],
      ...['--port', String(config.TEMPORAL_PORT), '--ui-port', String(config.TEMPORAL_UI_PORT)],
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
