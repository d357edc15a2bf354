import { resolve } from 'node:path';
import type { CompanionSpec } from './companion';
import type { Installation } from './install/installation';
import type { StackAddresses } from './stack';

export const WORKER_NAME = 'worker';

const PROJECT = resolve(__dirname, '../..');

/** The worker as a companion of the stack: one process, which runs the TypeScript sources as they stand. */
export function workerCompanion(options: {
  readonly addresses: StackAddresses;
  readonly installation: Pick<Installation, 'javaHome' | 'python' | 'sparkJars'>;
  readonly stateFolder: string;
  /** Of the launcher; the worker inherits all of it. */
  readonly environment: NodeJS.ProcessEnv;
}): CompanionSpec {
  const { addresses, installation, stateFolder, environment } = options;
  return {
    name: WORKER_NAME,
    command: [process.execPath, '--import', 'tsx', 'workers/pipeline-worker.ts'],
    cwd: PROJECT,
    env: {
      ...environment,
      TEMPORAL_ADDRESS: addresses.temporal,
      KAFKA_BROKERS: addresses.kafkaBrokers.join(','),
      ELASTICSEARCH_NODE: addresses.elasticsearchNode,
      PIPELINE_STATE_DIR: stateFolder,
      JAVA_HOME: installation.javaHome,
      SPARK_PYTHON: installation.python,
      SPARK_JARS: installation.sparkJars.join(','),
    },
  };
}
