import type { Addresses, Config } from '../../../workers/config';
import { pageEndpoint } from '../endpoints';
import { PROJECT } from '../folders';
import type { Installation } from '../install/install-parts';
import { PROGRAM_GRACE_MS, type Service } from '../service';

/** The worker, run from its TypeScript sources. */
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

/** Returns the variables that tell a worker where the servers, its state and Spark are. */
export function workerVariables(
  { temporal, kafkaBrokers, elasticsearchNode }: Addresses,
  { javaHome, sparkJars, sparkJobJar }: Pick<Installation, 'javaHome' | 'sparkJars' | 'sparkJobJar'>,
  stateFolder: string,
): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporal,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    ELASTICSEARCH_NODE: elasticsearchNode,
    PIPELINE_STATE_DIR: stateFolder,
    JAVA_HOME: javaHome,
    SPARK_JARS: sparkJars,
    SPARK_JOB_JAR: sparkJobJar,
  };
}

/** The server of the local page of charts. */
export function pageService(config: Config, addresses: Addresses, environment: NodeJS.ProcessEnv): Service {
  return {
    name: 'page',
    endpoint: pageEndpoint(config),
    ports: [config.PAGE_PORT],
    command: [process.execPath, '--import', 'tsx', 'workers/serve-page.ts'],
    cwd: PROJECT,
    env: { ...environment, ELASTICSEARCH_NODE: addresses.elasticsearchNode },
    stopGraceMs: PROGRAM_GRACE_MS,
  };
}
