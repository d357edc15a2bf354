import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { openClients } from '../../workers/clients';
import { loadConfig } from '../../workers/config';
import { sparkDependencies } from '../deploy/spark/spark-dependencies';
import { stackAddresses, workerEnvironment } from './stack';
import { bundledWorkflows } from '../workflows/bundle';

/** A worker that runs in the process of the test, until it is stopped. */
export interface WorkerWithin {
  /** Resolves when its activities have ended. */
  stop(): Promise<void>;
}

/**
 * Starts a worker on the shared servers within this process, one queue for all its work: where no kill is the point,
 * it costs a third of a worker process. `sparkPython` stands in for the Python that has Spark.
 */
export async function startWorkerWithin(taskQueue: string, sparkPython?: string): Promise<WorkerWithin> {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  const environment = workerEnvironment();
  const state = environment['PIPELINE_STATE_DIR'] ?? '';
  const clients = openClients(loadConfig(environment), 'worker-within');
  const connection = await NativeConnection.connect({ address: stackAddresses().temporal });
  const spark = sparkDependencies(join(state, 'spark'));
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await bundledWorkflows(logger),
    activities: createActivities({
      ...clients,
      taskQueues: { io: taskQueue, host: taskQueue },
      spark: { ...spark, python: sparkPython ?? spark.python },
      dashboards: null,
      scratchFolder: join(state, 'scratch'),
      crash: () => undefined,
    }),
    maxHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: '5 seconds',
    shutdownForceTime: '30 seconds',
  });
  const running = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await running;
      await clients.close();
      await connection.close();
    },
  };
}
