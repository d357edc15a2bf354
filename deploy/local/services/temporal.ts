import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../workers/config';
import { temporalEndpoint } from '../endpoints';
import type { PendingInstallation } from '../install/installation';
import { SERVER_GRACE_MS, type Service } from '../service';

/** The dev server of the CLI with its Web UI; everything it knows is in one SQLite file, which survives a kill -9. */
export async function temporalService(
  config: Config,
  installing: Pick<PendingInstallation, 'temporal'>,
  folder: string,
): Promise<Service> {
  const temporal = await installing.temporal;
  return {
    name: 'temporal',
    endpoint: temporalEndpoint(config),
    ports: [config.TEMPORAL_PORT, config.TEMPORAL_UI_PORT],
    command: [
      temporal,
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--db-filename', join(folder, 'temporal.db'), '--namespace', config.TEMPORAL_NAMESPACE],
      ...['--port', String(config.TEMPORAL_PORT), '--ui-port', String(config.TEMPORAL_UI_PORT)],
    ],
    // Nothing of the user's own CLI profile may change what the server does.
    env: { PATH: dirname(temporal), HOME: folder },
    cwd: folder,
    prepare: async () => {
      await mkdir(folder, { recursive: true });
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}
