/**
 * The worker process, with one Temporal worker per task queue:
 *
 * - `<queue>`: workflows and short activities
 * - `<queue>-io`: activities that read and write Kafka and Elasticsearch, with a fixed number of slots
 * - `<queue>-lanes`: lanes and simulations, which run as long as their pipelines, with slots of their own
 * - `<queue>-host-<host>`: activities that are bound to this machine: Spark drivers and files
 *
 * @module
 */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Client } from '@temporalio/client';
import { DefaultLogger, type LogEntry, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { type ActivityDependencies, createActivities } from '../activities';
import type { TaskQueues } from '../activities/preparation/parse-input';
import { addressesOf, type Config, loadConfig } from './config';
import { childEnvironment } from './child-environment';
import { dashboardTargetOf, openClients, schemaRegistryOf } from './clients';
import { dataConverterOf } from './codec/data-converter';
import { kafkaSecurityOf } from './connections';
import { crashPoint } from './crash-point';
import { RenewedConnection } from './renewed-connection';
import { registerSearchAttributes } from './search-attributes';
import { checkServers } from './servers/check-servers';
import { watchServers } from './servers/watch-servers';
import { sparkStateOf } from './spark-drivers';
import { temporalCliOptions } from './temporal-connection';
import { workflowBundle } from './workflow-bundle';

/** Concurrent activities that read and write. */
const IO_SLOTS = 16;
/** Most of them only watch a Spark driver. */
const HOST_SLOTS = 100;
const RETRY_MS = 2_000;

/** Runs until SIGINT or SIGTERM, then lets activities finish and closes every client. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger = new DefaultLogger('INFO', printEntry);
  Runtime.install({ logger });
  const { PIPELINE_TASK_QUEUE: queue } = config;
  const taskQueues = { io: `${queue}-io`, lanes: `${queue}-lanes`, host: `${queue}-host-${config.PIPELINE_HOST}` };
  const dataConverter = dataConverterOf(config);
  const clients = openClients(config, 'pipeline-worker');
  const stopped = new AbortController();
  void watchServers(() => checkServers(config, []), printLine, stopped.signal);
  const temporal = await RenewedConnection.open(config);
  try {
    const state = config.PIPELINE_STATE_DIR ?? join(__dirname, '..', '.pipeline');
    const activities = createActivities({
      ...clients,
      temporal: () => new Client({ connection: temporal.current, namespace: config.TEMPORAL_NAMESPACE, dataConverter }),
      taskQueues,
      spark: sparkOf(config, state),
      dashboards: dashboardTargetOf(config),
      schemaRegistry: schemaRegistryOf(config),
      searchAttributes: await registerSearchAttributes(temporal.current, config.TEMPORAL_NAMESPACE),
      temporalOptions: temporalCliOptions(config),
      protectKeyFile: config.PROTECT_KEY_FILE === undefined ? null : resolve(config.PROTECT_KEY_FILE),
      scratchFolder: join(state, 'scratch'),
      crash: crashPoint(config.PIPELINE_CRASH_AT),
    });
    const common = {
      connection: temporal.current,
      namespace: config.TEMPORAL_NAMESPACE,
      activities,
      dataConverter,
      // Heartbeats are checkpoints: a longer interval means more repeated work after a kill.
      maxHeartbeatThrottleInterval: '500 milliseconds',
      shutdownGraceTime: '5 seconds',
      shutdownForceTime: '30 seconds',
    } as const;
    const code = await workflowBundle(state, logger, dataConverter);
    const workers = await Promise.all([
      createWorker({ ...common, taskQueue: queue, workflowBundle: code }),
      ...activityQueues(taskQueues, config).map((own) => createWorker({ ...common, ...own })),
    ]);
    console.log(`worker ready on ${queue}, ${Object.values(taskQueues).join(', ')}`);
    void temporal.renewFor(workers, stopped.signal);
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    stopped.abort();
    await clients.close();
    await temporal.close();
  }
}

function activityQueues({ io, lanes, host }: TaskQueues, config: Config): readonly WorkerOptions[] {
  return [
    { taskQueue: io, maxConcurrentActivityTaskExecutions: IO_SLOTS },
    { taskQueue: lanes, maxConcurrentActivityTaskExecutions: config.PIPELINE_LANES },
    { taskQueue: host, maxConcurrentActivityTaskExecutions: HOST_SLOTS },
  ];
}

function sparkOf(config: Config, state: string): ActivityDependencies['spark'] {
  return {
    jobJar: config.SPARK_JOB_JAR,
    jars: config.SPARK_JARS,
    classArchive: config.SPARK_CLASS_ARCHIVE,
    bootstrap: addressesOf(config).kafkaBrokers.join(','),
    kafkaSecurity: () => kafkaSecurityOf(config),
    environment: childEnvironment(process.env),
    sparkState: sparkStateOf(state),
  };
}

function printLine(line: string): void {
  console.log(line);
}

/** Tries again while Temporal is away or refuses this worker; the watch of the servers says which. */
async function createWorker(options: WorkerOptions): Promise<Worker> {
  for (;;) {
    try {
      return await Worker.create(options);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'TransportError')) throw error;
    }
    await sleep(RETRY_MS);
  }
}

/** One line per entry, with its attributes. */
function printEntry({ level, timestampNanos, message, meta }: LogEntry): void {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const attributes = inspect(meta ?? {}, { breakLength: Infinity, compact: true });
  console.error(`${time} ${level} ${message} ${attributes}`);
}

// Exits at once, since an activity that exceeded the shutdown timeout may still keep connections and the process open.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error && error.name === 'ConfigError' ? error.message : error);
    process.exit(1);
  },
);
