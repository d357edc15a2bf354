import { dirname, join } from 'node:path';
import { addressesOf } from '../../../workers/addresses';
import type { Config } from '../../../workers/config';
import type { Installation } from '../install/installation';
import { grpcCall } from './grpc-call';
import type { ManagedServer, Reachable } from './server';

const DESCRIBE_NAMESPACE = '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace';

export function temporalAt(config: Config): Reachable {
  const address = addressesOf(config).temporal;
  const namespace = config.TEMPORAL_NAMESPACE;
  return { name: 'temporal', address, probe: (signal) => probeTemporal(address, namespace, signal) };
}

/** The dev server of the CLI with its Web UI; everything it knows is in one SQLite file, which survives a kill -9. */
export function temporalServer(config: Config, { temporal }: Installation, folder: string): ManagedServer {
  const database = join(folder, 'temporal.db');
  return {
    ...temporalAt(config),
    managed: true,
    ports: [config.TEMPORAL_PORT, config.TEMPORAL_UI_PORT],
    dataFolder: folder,
    command: [
      temporal,
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--db-filename', database],
      ...['--port', String(config.TEMPORAL_PORT), '--ui-port', String(config.TEMPORAL_UI_PORT)],
      ...['--namespace', config.TEMPORAL_NAMESPACE],
    ],
    // Nothing of the user's own CLI profile may change what the server does.
    env: { PATH: dirname(temporal), HOME: folder },
    files: [],
  };
}

/** The question passes through the frontend, the history of namespaces and the database. */
async function probeTemporal(address: string, namespace: string, signal: AbortSignal): Promise<void> {
  const { status, message } = await grpcCall(address, DESCRIBE_NAMESPACE, namespace, signal);
  if (status !== 0) throw new Error(`Temporal answers with gRPC status ${status}: ${decodeURIComponent(message)}`);
}
