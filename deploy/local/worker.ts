import { resolve } from 'node:path';
import type { Addresses } from '../../workers/addresses';
import type { CompanionSpec } from './companion';
import type { Installation } from './install/installation';

export const WORKER_NAME = 'worker';

const PROJECT = resolve(__dirname, '../..');

/** What a worker has to be told of this machine. */
export interface WorkerSurroundings {
  readonly addresses: Addresses;
  readonly installation: Pick<Installation, 'javaHome' | 'python' | 'sparkClasses' | 'sparkJars'>;
  readonly stateFolder: string;
}

/** The worker as a companion of the stack: one process, which runs the TypeScript sources as they stand. */
export function workerCompanion(surroundings: WorkerSurroundings, environment: NodeJS.ProcessEnv): CompanionSpec {
  return {
    name: WORKER_NAME,
    command: [process.execPath, '--import', 'tsx', 'workers/pipeline-worker.ts'],
    cwd: PROJECT,
    env: { ...environment, ...workerVariables(surroundings) },
    ports: [],
  };
}

/** The variables through which a worker finds the servers, its state and Spark. */
export function workerVariables(surroundings: WorkerSurroundings): Record<string, string> {
  const { addresses, installation, stateFolder } = surroundings;
  return {
    TEMPORAL_ADDRESS: addresses.temporal,
    KAFKA_BROKERS: addresses.kafkaBrokers.join(','),
    ELASTICSEARCH_NODE: addresses.elasticsearchNode,
    PIPELINE_STATE_DIR: stateFolder,
    JAVA_HOME: installation.javaHome,
    SPARK_PYTHON: installation.python,
    SPARK_CLASSES: installation.sparkClasses,
    SPARK_JARS: installation.sparkJars.join(','),
  };
}
