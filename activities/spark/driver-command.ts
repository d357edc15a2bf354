import { join } from 'node:path';
import type { JobSettings } from './job-settings';
import type { RunFolder } from './run-folder';

/** The installed Spark and the job. */
export interface SparkInstallation {
  /** Folder of Spark's jars, with its Kafka connector; absolute. */
  readonly jars: string;
  /** Absolute path of the job's jar. */
  readonly jobJar: string;
  /** Absolute path of the JVM's archive of the classes that a driver loads; one that does not fit or exist is not used. */
  readonly classArchive?: string | undefined;
  /** Inherited by drivers, for example PATH and JAVA_HOME; it has no secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One driver to start. */
export interface DriverRequest {
  /** Absolute; unique for each start. */
  readonly runFolder: string;
  readonly settings: JobSettings;
  /** Text of the connections file. Secret. */
  readonly connections: string;
  /** So few records that a fast start saves more than fast code. */
  readonly isSmall: boolean;
}

const CORES = 2;
/** A task of real-time mode occupies one for each partition of the raw topic; they are threads, made when needed. */
const REAL_TIME_SLOTS = 1_000;
const CHECKPOINT_FILES = 'org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager';
/** Packages that Spark's own launcher opens (`JavaModuleOptions` of Spark 4.2). */
const OPENED_PACKAGES = [
  ...['java.lang', 'java.lang.invoke', 'java.lang.reflect', 'java.io', 'java.net', 'java.nio', 'java.util'],
  ...['java.util.concurrent', 'java.util.concurrent.atomic', 'sun.nio.ch', 'sun.nio.cs', 'sun.security.action'],
  'sun.util.calendar',
];
/** Variables that would make a driver use another Spark. */
const REMOVED_VARIABLES = ['SPARK_HOME', 'SPARK_CONF_DIR'];
/** Options and properties with such names are not shown by Spark. */
const SECRET_NAMES = '(?i)secret|password|token|access[.]?key|jaas|keystore|truststore';

/** Returns the command line of a driver; its process is the driver's JVM. */
export function driverCommand(
  { jars, jobJar, classArchive, environment }: SparkInstallation,
  folder: RunFolder,
  { settings, isSmall }: Pick<DriverRequest, 'settings' | 'isSmall'>,
): { command: string; args: string[]; env: Record<string, string | undefined> } {
  const inherited = Object.entries(environment).filter(([name]) => !REMOVED_VARIABLES.includes(name));
  const env = { ...Object.fromEntries(inherited), SPARK_LOCAL_IP: '127.0.0.1' };
  const configuration = {
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.default.parallelism': CORES,
    'spark.ui.enabled': 'false',
    'spark.log.level': 'WARN',
    'spark.redaction.regex': SECRET_NAMES,
    'spark.sql.redaction.options.regex': SECRET_NAMES,
    'spark.local.dir': folder.scratchFolder,
    'spark.sql.warehouse.dir': join(folder.scratchFolder, 'warehouse'),
    'spark.sql.catalogImplementation': 'in-memory',
    // Spark's default starts about sixty processes for the files of each micro-batch.
    'spark.sql.streaming.checkpointFileManagerClass': CHECKPOINT_FILES,
  };
  const slots = settings.bounded ? CORES : CORES + REAL_TIME_SLOTS;
  const args = [
    ...[
      `-Xmx${settings.driverMemoryMb}m`,
      '-XX:+UseSerialGC',
      '-XX:+ExitOnOutOfMemoryError',
      `-Djava.io.tmpdir=${folder.scratchFolder}`,
    ],
    ...(isSmall ? ['-XX:TieredStopAtLevel=1'] : []),
    ...(classArchive === undefined ? [] : [`-XX:SharedArchiveFile=${classArchive}`]),
    ...OPENED_PACKAGES.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    ...['-cp', join(jars, '*'), 'org.apache.spark.deploy.SparkSubmit', '--master', `local[${slots}]`],
    ...Object.entries(configuration).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    ...['--class', 'pipeline.spark.ReadingsJob', jobJar, '--settings', folder.settingsFile],
  ];
  return { command: javaProgram(environment), args, env };
}

/** Returns the `java` that JAVA_HOME names, or else that on PATH. */
export function javaProgram({ JAVA_HOME: javaHome }: SparkInstallation['environment']): string {
  return javaHome === undefined ? 'java' : join(javaHome, 'bin', 'java');
}
