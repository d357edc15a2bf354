import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { pipelineFailure } from '../contracts/failures';
import type { JobSettings } from './job-settings';
import type { RunFolder } from './run-folder';

/** The installed Spark and the job. */
export interface SparkInstallation {
  /** A Python with pyspark. */
  readonly python: string;
  /** Kafka connector jars, absolute. */
  readonly jars: readonly string[];
  /** Absolute path of the job. */
  readonly jobFile: string;
  /** Inherited by drivers, for example PATH and JAVA_HOME. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One driver to start. */
export interface DriverRequest {
  /** Absolute; unique for each start. */
  readonly runFolder: string;
  readonly settings: JobSettings;
  /** So few records that a fast start saves more than fast code. */
  readonly isSmall: boolean;
}

const FIND_SPARK = 'import importlib.util as u; print(u.find_spec("pyspark").submodule_search_locations[0])';
const CORES = 2;
const CHECKPOINT_FILES = 'org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager';
/** Variables that would make a driver use another Spark, and secrets that it does not need. */
const REMOVED_VARIABLES = [
  ...['SPARK_CONF_DIR', 'PYSPARK_SUBMIT_ARGS', 'PYTHONPATH', 'PYTHONHOME'],
  ...['ELASTICSEARCH_API_KEY', 'ELASTICSEARCH_USERNAME', 'ELASTICSEARCH_PASSWORD'],
  ...['KIBANA_API_KEY', 'KIBANA_USERNAME', 'KIBANA_PASSWORD'],
];

const run = promisify(execFile);

/**
 * Returns the command line of a driver. `spark-submit` and its shell `exec` the next program, so the pid of the first is
 * the pid of the driver's JVM.
 */
export async function driverCommand(
  { python, jars, jobFile, environment }: SparkInstallation,
  folder: RunFolder,
  { settings, isSmall }: DriverRequest,
): Promise<{ command: string; args: string[]; env: Record<string, string | undefined> }> {
  const sparkHome = await findSpark(python, environment);
  const env = {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !REMOVED_VARIABLES.includes(name))),
    SPARK_HOME: sparkHome,
    SPARK_LOCAL_IP: '127.0.0.1',
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const configuration = {
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.ui.enabled': 'false',
    'spark.log.level': 'WARN',
    // Otherwise each column of the job makes several more calls into the JVM, to record its line.
    'spark.python.sql.dataFrameDebugging.enabled': 'false',
    'spark.local.dir': folder.scratchFolder,
    'spark.sql.warehouse.dir': join(folder.scratchFolder, 'warehouse'),
    'spark.sql.catalogImplementation': 'in-memory',
    // Spark's default starts about sixty processes for the files of each micro-batch.
    'spark.sql.streaming.checkpointFileManagerClass': CHECKPOINT_FILES,
  };
  const javaOptions = [
    '-XX:+UseSerialGC',
    ...(isSmall ? ['-XX:TieredStopAtLevel=1'] : []),
    `"-Djava.io.tmpdir=${folder.scratchFolder}"`,
  ];
  const args = [
    ...['--master', `local[${CORES}]`],
    ...['--driver-memory', `${settings.driverMemoryMb}m`],
    ...['--driver-java-options', javaOptions.join(' ')],
    // Not `--jars`: a driver would copy them twice.
    ...(jars.length > 0 ? ['--driver-class-path', jars.join(delimiter)] : []),
    ...Object.entries(configuration).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    ...[jobFile, '--settings', folder.settingsFile],
  ];
  return { command: join(sparkHome, 'bin', 'spark-submit'), args, env };
}

async function findSpark(python: string, environment: SparkInstallation['environment']): Promise<string> {
  try {
    return (await run(python, ['-c', FIND_SPARK], { env: environment })).stdout.trim();
  } catch (error) {
    throw pipelineFailure('SparkFailed', `Expected ${python} to be a Python with pyspark.`, { cause: error });
  }
}
