import { UNPROTECTED } from '../../../activities/kafka';
import type { SparkDependencies } from '../../../activities/spark/submit-spark-job';
import { stackAddresses, workerEnvironment } from '../../support/stack';

/** The installed Spark for drivers on the shared servers. */
export function sparkDependencies(sparkState: string): SparkDependencies {
  const { SPARK_JARS = '', SPARK_JOB_JAR = '', SPARK_CLASS_ARCHIVE, JAVA_HOME, JDK_JAVA_OPTIONS } = workerEnvironment();
  return {
    jars: SPARK_JARS,
    jobJar: SPARK_JOB_JAR,
    classArchive: SPARK_CLASS_ARCHIVE,
    bootstrap: stackAddresses().kafkaBrokers.join(','),
    environment: { ...process.env, JAVA_HOME, JDK_JAVA_OPTIONS },
    kafkaSecurity: () => UNPROTECTED,
    schemaRegistry: null,
    protectKeyFile: null,
    sparkState,
  };
}
