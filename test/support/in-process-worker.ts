import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { HttpServer } from '../../activities/http/http-server';
import { openClients } from '../../workers/clients';
import { loadConfig } from '../../workers/config';
import { sparkDependencies } from '../deploy/spark/spark-dependencies';
import { bundledWorkflows } from '../workflows/bundle';
import type { PipelineDriver } from './pipeline-driver';
import { stackAddresses, workerEnvironment } from './stack';

interface InProcessOptions {
  readonly javaHome?: string;
  readonly schemaRegistry?: string | null;
  readonly protectKeyFile?: string | null;
}

/**
 * Starts a worker in this process for all task queues of the driver, which stops it when it is closed. It costs a third of
 * a worker process, for suites that do not kill workers.
 *
 * @param options - `javaHome` replaces the home of Java
 */
export async function startInProcessWorker(
  driver: PipelineDriver,
  { javaHome, schemaRegistry = null, protectKeyFile = null }: InProcessOptions = {},
): Promise<void> {
  const { taskQueue } = driver;
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  const environment = workerEnvironment();
  const state = environment['PIPELINE_STATE_DIR'] ?? '';
  const clients = openClients(loadConfig(environment), 'in-process-worker');
  const connection = await NativeConnection.connect({ address: stackAddresses().temporal });
  const spark = sparkDependencies(join(state, 'spark'));
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await bundledWorkflows(logger),
    activities: createActivities({
      ...clients,
      temporal: () => driver.temporal,
      taskQueues: { io: taskQueue, lanes: taskQueue, host: taskQueue },
      spark: javaHome === undefined ? spark : { ...spark, environment: { ...spark.environment, JAVA_HOME: javaHome } },
      dashboards: null,
      schemaRegistry: schemaRegistry === null ? null : new HttpServer(schemaRegistry),
      searchAttributes: false,
      temporalOptions: '',
      protectKeyFile,
      scratchFolder: join(state, 'scratch'),
      crash: () => undefined,
    }),
    maxHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: '5 seconds',
    shutdownForceTime: '30 seconds',
  });
  const running = worker.run();
  driver.stopOnClose(async () => {
    worker.shutdown();
    await running;
    await clients.close();
    await connection.close();
  });
}
