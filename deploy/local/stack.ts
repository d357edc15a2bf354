import { join } from 'node:path';
import { type Addresses, addressesOf, type Config } from '../../workers/config';
import { endSparkDrivers } from '../../workers/spark-drivers';
import { diagnose } from './doctor';
import { elasticsearchEndpoint, kafkaEndpoint, pageEndpoint, temporalEndpoint } from './endpoints';
import { stateFolder } from './folders';
import type { Installation } from './install/installation';
import { installParts, sparkPaths } from './install/install-parts';
import { rejectOnAbort } from './interruption';
import { stopLeftOvers } from './left-overs';
import { ProcessRecords } from './processes/process-records';
import { untilReady } from './readiness';
import type { Service } from './service';
import { elasticsearchService } from './services/elasticsearch';
import { kafkaService } from './services/kafka';
import { pageService } from './services/page';
import { temporalService } from './services/temporal';
import { workerService, workerVariables } from './services/worker';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';
import { lockStateFolder } from './state-lock';
import { SupervisedService } from './supervised-service';

/** Somebody may start a server that runs elsewhere only now. */
const EXTERNAL_TIMEOUT_MS = 600_000;

/** Where clients and people find the servers, whoever runs them. */
export interface StackAddresses extends Addresses {
  /** URL; undefined where Temporal runs elsewhere. */
  readonly temporalUi: string | undefined;
  /** URL of the local page of charts. */
  readonly page: string;
}

export interface StackOptions {
  readonly config: Config;
  /** Of this process: clients are looked for in it, and the worker inherits it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onEvent: OnStackEvent;
  /** Neither the worker nor the page. */
  readonly serversOnly?: boolean;
  /** Aborted while the stack is starting: `ready` rejects with its reason. */
  readonly signal: AbortSignal;
  /** Aborted while the stack is stopping: nothing is given time to end by itself any more. */
  readonly hurry: AbortSignal;
}

/** Servers, a worker and the page, kept running until they are stopped. */
export interface Stack {
  readonly addresses: StackAddresses;
  readonly stateFolder: string;
  /** Resolves when everything serves; rejects when something cannot be installed or the start is interrupted. */
  readonly ready: Promise<Installation>;
  /** Rejects when a part has ended five times in a row, with its last lines; the stack runs on all the same. */
  readonly crashLoop: Promise<never>;
  /** Stops worker and page, then the Spark drivers, then the servers. Idempotent. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts Temporal, Kafka and Elasticsearch, each unless its address is set, then the worker and the page. Stops first
 * what a killed launcher left running, and installs what is missing.
 *
 * @throws {@link StackError} when another launcher runs or the machine lacks something; nothing was started then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { config, environment, onEvent, signal } = options;
  const folder = stateFolder(config);
  const unlock = await lockStateFolder(folder);
  try {
    await stopLeftOvers(folder, onEvent);
    await refuseUnlessHealthy(config, environment);
    signal.throwIfAborted();
    return supervise(options, folder, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function refuseUnlessHealthy(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
  const problems = await diagnose(config, { env });
  if (problems.length > 0) throw new StackError(`This keeps the stack from starting:\n- ${problems.join('\n- ')}`);
}

function supervise(options: StackOptions, folder: string, unlock: () => Promise<void>): Stack {
  const { config, environment, onEvent, serversOnly = false, hurry } = options;
  const addresses = stackAddresses(config);
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  const report: Parameters<typeof installParts>[1] = (progress) => {
    onEvent({ kind: 'installing', ...progress });
  };
  const installing = installParts(config, report, { env: environment, signal });
  const context = { stateFolder: folder, records: new ProcessRecords(folder), onEvent };

  const parts = serversOf(config);
  const servers = parts
    .filter(({ isExternal }) => !isExternal)
    .map(({ at: { name }, define }) => {
      const definition = define(config, installing, join(folder, name));
      return new SupervisedService(name, definition, context);
    });
  const external = parts
    .filter(({ isExternal }) => isExternal)
    .map(async ({ at }) => {
      await untilReady(at, { timeoutMs: EXTERNAL_TIMEOUT_MS, onEvent, signal });
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
  const serving = Promise.all([installing.all, serversReady, ...programs.map((program) => program.ready)]);
  const ready = Promise.race([serving.then(([installation]) => installation), rejectOnAbort(signal)]);
  const crashLoop = Promise.race(services.map((service) => service.crashLoop));
  // Whoever wants to know awaits them.
  for (const promise of [ready, crashLoop]) promise.catch(() => undefined);

  const stop = async (): Promise<void> => {
    stopping.abort(new StackError('The stack is being stopped'));
    await Promise.all(programs.map((program) => program.stop(hurry)));
    await Promise.race([endSparkDrivers(folder), rejectOnAbort(hurry).catch(() => undefined)]);
    await Promise.all(servers.map((server) => server.stop(hurry)));
    await installing.all.catch(() => undefined);
    await unlock();
  };
  let stopped: Promise<void> | undefined;
  return { addresses, stateFolder: folder, ready, crashLoop, stop: () => (stopped ??= stop()) };
}

/** Each server, whether it runs elsewhere, and what starts it here. */
function serversOf(config: Config) {
  const { TEMPORAL_ADDRESS, KAFKA_BROKERS, ELASTICSEARCH_NODE } = config;
  return [
    { at: temporalEndpoint(config), isExternal: TEMPORAL_ADDRESS !== undefined, define: temporalService },
    { at: kafkaEndpoint(config), isExternal: KAFKA_BROKERS !== undefined, define: kafkaService },
    { at: elasticsearchEndpoint(config), isExternal: ELASTICSEARCH_NODE !== undefined, define: elasticsearchService },
  ];
}

function stackAddresses(config: Config): StackAddresses {
  const temporalUi = config.TEMPORAL_ADDRESS === undefined ? `http://127.0.0.1:${config.TEMPORAL_UI_PORT}` : undefined;
  return { ...addressesOf(config), temporalUi, page: pageEndpoint(config).address };
}
