import { childEnvironment } from '../../../workers/child-environment';
import type { Addresses, Config } from '../../../workers/config';
import { endpointsOf } from '../endpoints';
import { PROJECT } from '../folders';
import type { Installation } from '../install/install-parts';
import { PROGRAM_GRACE_MS, type Service } from '../service';

/** A process that runs from its TypeScript sources in `workers`. */
function program(name: string, file: string, env: NodeJS.ProcessEnv): Omit<Service, 'endpoint' | 'ports'> {
  const command = [process.execPath, '--import', 'tsx', `workers/${file}`] as const;
  return { name, command, cwd: PROJECT, env, stopGraceMs: PROGRAM_GRACE_MS };
}

export function workerService(variables: Record<string, string>, environment: NodeJS.ProcessEnv): Service {
  const env = { ...environment, ...variables };
  return { ...program('worker', 'pipeline-worker.ts', env), endpoint: undefined, ports: [] };
}

type SparkInstallation = Pick<Installation, 'javaHome' | 'sparkJars' | 'sparkJobJar' | 'sparkClassArchive'>;

/** Returns the variables that tell a worker where the servers, its state and Spark are. */
export function workerVariables(
  { temporal, kafkaBrokers, elasticsearchNode }: Addresses,
  { javaHome, sparkJars, sparkJobJar, sparkClassArchive }: SparkInstallation,
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
    SPARK_CLASS_ARCHIVE: sparkClassArchive,
  };
}

/** The server of the local page of charts. */
export function pageService(
  config: Config,
  variables: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): Service {
  const env = { ...childEnvironment(environment, ['ELASTICSEARCH_', 'PAGE_']), ...variables };
  return { ...program('page', 'serve-page.ts', env), endpoint: endpointsOf(config).page, ports: [config.PAGE_PORT] };
}
