import type { Addresses } from '../../../workers/config';
import { PROJECT } from '../folders';
import type { Installation } from '../install/installation';
import { PROGRAM_GRACE_MS, type Service } from '../service';

/** The worker, which runs the TypeScript sources as they stand. */
export function workerService(variables: Record<string, string>, environment: NodeJS.ProcessEnv): Service {
  return {
    name: 'worker',
    endpoint: undefined,
    ports: [],
    command: [process.execPath, '--import', 'tsx', 'workers/pipeline-worker.ts'],
    cwd: PROJECT,
    env: { ...environment, ...variables },
    stopGraceMs: PROGRAM_GRACE_MS,
  };
}

/** The variables through which a worker finds the servers, its state and Spark. */
export function workerVariables(
  { temporal, kafkaBrokers, elasticsearchNode }: Addresses,
  { javaHome, python, sparkJars }: Pick<Installation, 'javaHome' | 'python' | 'sparkJars'>,
  stateFolder: string,
): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporal,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    ELASTICSEARCH_NODE: elasticsearchNode,
    PIPELINE_STATE_DIR: stateFolder,
    JAVA_HOME: javaHome,
    SPARK_PYTHON: python,
    SPARK_JARS: sparkJars.join(','),
  };
}
