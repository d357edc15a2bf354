import { childEnvironment } from '../../workers/child-environment';
import { type Addresses, addressesOf, type Config } from '../../workers/config';
import type { PipelineRights } from '../../workers/rights/pipeline-rights';
import { stopSparkDrivers } from '../../workers/spark-drivers';
import { findProblems } from './doctor';
import { endpointsOf, untilReady } from './endpoints';
import { stateFolder } from './folders';
import { type Installation, installParts, sparkPaths } from './install/install-parts';
import { ProcessRecords } from './processes/process-records';
import { connectedAs, prepareSecurity, type StackSecurity } from './security/stack-security';
import type { Service } from './service';
import { managedServers } from './services/managed-servers';
import { pageService, workerService, workerVariables } from './services/worker-and-page';
import { rejectOnAbort, type ShutdownSignals } from './shutdown';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';
import { lockStateFolder, stopOrphans } from './state-folder';
import { SupervisedService } from './supervised-service';

/** Long, since an external server may be started only now. */
const EXTERNAL_TIMEOUT_MS = 600_000;

/** Addresses of the servers, managed or external. */
export interface StackAddresses extends Addresses {
  /** URL; undefined if Temporal is external. */
  readonly temporalUi: string | undefined;
  /** URL of the local page of charts. */
  readonly page: string;
}

/** `signal` aborts the start, and `ready` rejects with its reason; `force` ends every grace period of a stop. */
export interface StackOptions extends Pick<ShutdownSignals, 'signal' | 'force'> {
  readonly config: Config;
  /** Environment in which installers are looked up; worker and page inherit it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onEvent: OnStackEvent;
  /** If set, the servers are protected, and the worker has rights for these pipelines. */
  readonly securedFor?: readonly PipelineRights[] | undefined;
  /** Starts neither worker nor page. */
  readonly serversOnly?: boolean;
}

/** Servers, a worker and the page, which are kept running until they are stopped. */
export interface Stack {
  readonly addresses: StackAddresses;
  /** The settings with which the launcher connects to the servers. */
  readonly clients: Config;
  /** Undefined for a plain stack. */
  readonly security: StackSecurity | undefined;
  readonly stateFolder: string;
  /** Resolves when every part is ready; rejects if an installation fails or the start is aborted. */
  readonly ready: Promise<Installation>;
  /** Rejects with the last log lines when a part exits five times in a row; the stack keeps running nevertheless. */
  readonly crashLoop: Promise<never>;
  /** Stops worker and page, then the Spark drivers, then the servers. Idempotent. */
  readonly stop: () => Promise<void>;
}

/**
 * Stops the orphans of a killed launcher, installs missing programs, and starts Temporal, Kafka and Elasticsearch, each
 * unless its address is set, and beside them the worker and the page.
 *
 * @throws {@link StackError} before anything is started, when another launcher runs or a check fails
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { config, environment, onEvent, signal, securedFor } = options;
  const folder = stateFolder(config);
  const unlock = await lockStateFolder(folder);
  try {
    await stopOrphans(folder, onEvent);
    const problems = await findProblems(config, { env: environment, isSecure: securedFor !== undefined });
    if (problems.length > 0) throw new StackError(`The stack cannot start:\n- ${problems.join('\n- ')}`);
    signal.throwIfAborted();
    const security = securedFor === undefined ? undefined : prepareSecurity(config, securedFor);
    return supervise(options, security, folder, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

function supervise(
  options: StackOptions,
  security: StackSecurity | undefined,
  folder: string,
  unlock: () => Promise<void>,
): Stack {
  const { config, environment, onEvent, serversOnly = false, force } = options;
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  const env = childEnvironment(environment);
  const installing = installParts(config, { isSecure: security !== undefined, onEvent, env, signal });
  const records = new ProcessRecords(folder);

  const { clients, endpoints, addresses } = connectionsOf(config, security);
  const keepRunning = (name: string, it: Promise<Service>) => new SupervisedService(name, it, records, onEvent);
  const servers = Object.entries(managedServers({ config, clients, endpoints, security }, installing, folder)).map(
    ([name, service]) => keepRunning(name, service),
  );
  const external = Object.values(endpoints)
    .filter((endpoint) => !endpoint.managed)
    .map((endpoint) => untilReady(endpoint, { timeoutMs: EXTERNAL_TIMEOUT_MS, onEvent, signal }));
  const serversReady = Promise.all([...servers.map(({ ready }) => ready), ...external]);

  // Worker and page wait for servers by themselves, and load their modules while the servers start.
  const whenInstalled = (service: () => Promise<Service> | Service): Promise<Service> =>
    Promise.race([installing.required, rejectOnAbort(signal)]).then(service);
  const worker = async (): Promise<Service> => {
    const installed = { javaHome: await installing.javaHome, ...sparkPaths(config) };
    const variables = { ...workerVariables(addresses, installed, folder), ...security?.variables('worker') };
    return workerService(variables, environment);
  };
  const pageVariables = security?.variables('page') ?? { ELASTICSEARCH_NODE: addresses.elasticsearchNode };
  const page = (): Service => pageService(config, pageVariables, environment);
  const programs = serversOnly
    ? []
    : [keepRunning('worker', whenInstalled(worker)), keepRunning('page', whenInstalled(page))];
  const services = [...servers, ...programs];
  const allReady = Promise.all([installing.required, serversReady, ...programs.map((program) => program.ready)]);
  const ready = Promise.race([allReady.then(([installation]) => installation), rejectOnAbort(signal)]);
  const crashLoop = Promise.race(services.map((service) => service.crashLoop));
  // Avoids unhandled rejections; callers await them if they need to.
  for (const promise of [ready, crashLoop]) promise.catch(() => undefined);

  const stop = async (): Promise<void> => {
    stopping.abort(new StackError('The stack is being stopped'));
    await Promise.all(programs.map((program) => program.stop(force)));
    await Promise.race([stopSparkDrivers(folder), rejectOnAbort(force).catch(() => undefined)]);
    await Promise.all(servers.map((server) => server.stop(force)));
    await installing.all.catch(() => undefined);
    await unlock();
  };
  let stopped: Promise<void> | undefined;
  return { addresses, clients, security, stateFolder: folder, ready, crashLoop, stop: () => (stopped ??= stop()) };
}

/** How the launcher connects to the servers, and where they and the page are. */
function connectionsOf(config: Config, security: StackSecurity | undefined) {
  const clients = security === undefined ? config : connectedAs(config, security.variables('admin'));
  const { page, ...endpoints } = endpointsOf(config, clients);
  const hasUi = endpoints.temporal.managed && security === undefined;
  const temporalUi = hasUi ? `http://127.0.0.1:${config.TEMPORAL_UI_PORT}` : undefined;
  const addresses: StackAddresses = { ...addressesOf(clients), temporalUi, page: page.address };
  return { clients, endpoints, addresses };
}
