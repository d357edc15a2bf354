import { join } from 'node:path';
import type { SparkDependencies } from '../../../activities/spark/submit-spark-job';
import { stackAddresses, workerEnvironment } from '../../support/stack';

/** The installed Spark for drivers on the shared servers. */
export function sparkDependencies(sparkState: string): SparkDependencies {
  const { SPARK_PYTHON = '', SPARK_JARS = '', JAVA_HOME, JDK_JAVA_OPTIONS } = workerEnvironment();
  return {
    python: SPARK_PYTHON,
    jars: SPARK_JARS.split(','),
    jobFile: join(__dirname, '..', '..', '..', 'deploy', 'spark', 'readings_job.py'),
    bootstrap: stackAddresses().kafkaBrokers.join(','),
    environment: { ...process.env, JAVA_HOME, JDK_JAVA_OPTIONS },
    sparkState,
  };
}
