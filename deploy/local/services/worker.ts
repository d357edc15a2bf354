import type { Addresses } from '../../../workers/addresses';
import { PROJECT } from '../folders';
import type { Installation } from '../install/installation';
import { PROGRAM_GRACE_MS, type Service } from '../service';

/** What a worker has to be told of this machine. */
export interface WorkerSurroundings {
  readonly addresses: Addresses;
  readonly installation: Pick<Installation, 'javaHome' | 'python' | 'sparkJars'>;
  readonly stateFolder: string;
}

/** The worker: one process, which runs the TypeScript sources as they stand. */
export function workerService(surroundings: WorkerSurroundings, environment: NodeJS.ProcessEnv): Service {
  return {
    name: 'worker',
    endpoint: undefined,
    ports: [],
    command: [process.execPath, '--import', 'tsx', 'workers/pipeline-worker.ts'],
    cwd: PROJECT,
    env: { ...environment, ...workerVariables(surroundings) },
    stopGraceMs: PROGRAM_GRACE_MS,
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
    SPARK_JARS: installation.sparkJars.join(','),
  };
}
