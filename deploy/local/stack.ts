import { join } from 'node:path';
import { type Addresses, addressesOf, type Config } from '../../workers/config';
import { stopSparkDrivers } from '../../workers/spark-drivers';
import { findProblems } from './doctor';
import { elasticsearchEndpoint, kafkaEndpoint, pageEndpoint, temporalEndpoint, untilReady } from './endpoints';
import { stateFolder } from './folders';
import { type Installation, installParts, sparkPaths } from './install/install-parts';
import { ProcessRecords } from './processes/process-records';
import type { Service } from './service';
import { elasticsearchService } from './services/elasticsearch';
import { kafkaService } from './services/kafka';
import { temporalService } from './services/temporal';
import { pageService, workerService, workerVariables } from './services/worker-and-page';
import { rejectOnAbort, type ShutdownSignals } from './shutdown';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';
import { lockStateFolder, stopOrphans } from './state-folder';
import { SupervisedService } from './supervised-service';

/** Long, since an external server may be started only now. */
const EXTERNAL_TIMEOUT_MS = 600_000;

const SERVERS = [
  [temporalEndpoint, temporalService],
  [kafkaEndpoint, kafkaService],
  [elasticsearchEndpoint, elasticsearchService],
] as const;

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
  /** Starts neither worker nor page. */
  readonly serversOnly?: boolean;
}

/** Servers, a worker and the page, which are kept running until they are stopped. */
export interface Stack {
  readonly addresses: StackAddresses;
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
 * unless its address is set, then the worker and the page.
 *
 * @throws {@link StackError} before anything is started, when another launcher runs or a check fails
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { config, environment, onEvent, signal } = options;
  const folder = stateFolder(config);
  const unlock = await lockStateFolder(folder);
  try {
    await stopOrphans(folder, onEvent);
    await assertNoProblems(config, environment);
    signal.throwIfAborted();
    return supervise(options, folder, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function assertNoProblems(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
  const problems = await findProblems(config, { env });
  if (problems.length > 0) throw new StackError(`The stack cannot start:\n- ${problems.join('\n- ')}`);
}

function supervise(options: StackOptions, folder: string, unlock: () => Promise<void>): Stack {
  const { config, environment, onEvent, serversOnly = false, force } = options;
  const addresses = stackAddresses(config);
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  const report: Parameters<typeof installParts>[1] = (progress) => {
    onEvent({ kind: 'installing', ...progress });
  };
  const installing = installParts(config, report, { env: environment, signal });
  const context = { stateFolder: folder, records: new ProcessRecords(folder), onEvent };

  const allServers = SERVERS.map(([endpointOf, service]) => ({ endpoint: endpointOf(config), service }));
  const servers = allServers
    .filter(({ endpoint }) => endpoint.managed)
    .map(({ endpoint: { name }, service }) => {
      const definition = service(config, installing, join(folder, name));
      return new SupervisedService(name, definition, context);
    });
  const external = allServers
    .filter(({ endpoint }) => !endpoint.managed)
    .map(async ({ endpoint }) => {
      await untilReady(endpoint, { timeoutMs: EXTERNAL_TIMEOUT_MS, onEvent, signal });
    });
  const serversReady = Promise.all([...servers.map(({ ready }) => ready), ...external]);

  const worker = async (): Promise<Service> => {
    await serversReady;
    const installed = { javaHome: await installing.javaHome, ...sparkPaths(config) };
    return workerService(workerVariables(addresses, installed, folder), environment);
  };
  const page = async (): Promise<Service> => serversReady.then(() => pageService(config, addresses, environment));
  const programs = serversOnly
    ? []
    : [new SupervisedService('worker', worker(), context), new SupervisedService('page', page(), context)];

  const services = [...servers, ...programs];
  const allReady = Promise.all([installing.all, serversReady, ...programs.map((program) => program.ready)]);
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
  return { addresses, stateFolder: folder, ready, crashLoop, stop: () => (stopped ??= stop()) };
}

function stackAddresses(config: Config): StackAddresses {
  const { managed } = temporalEndpoint(config);
  const temporalUi = managed ? `http://127.0.0.1:${config.TEMPORAL_UI_PORT}` : undefined;
  return { ...addressesOf(config), temporalUi, page: pageEndpoint(config).address };
}
