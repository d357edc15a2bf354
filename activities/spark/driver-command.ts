import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { pipelineFailure } from '../contracts/failures';
import type { RunFolder } from './run-folder';
import type { DriverRequest } from './spark-adapter';

/** Where drivers get Spark and the job from. */
export interface LocalSpark {
  /** Python that has pyspark. */
  readonly python: string;
  /** Kafka connector jars, absolute. */
  readonly jars: readonly string[];
  /** Absolute path of the job. */
  readonly jobFile: string;
  /** Inherited by drivers, for example PATH and JAVA_HOME. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const FIND_SPARK = 'import importlib.util as u; print(u.find_spec("pyspark").submodule_search_locations[0])';
const CORES = 2;
const CHECKPOINT_FILES = 'org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager';
/** Variables that would send a driver to another Spark, or are none of its business. */
const LEFT_OUT = [
  ...['SPARK_CONF_DIR', 'PYSPARK_SUBMIT_ARGS', 'PYTHONPATH', 'PYTHONHOME'],
  ...['ELASTICSEARCH_API_KEY', 'ELASTICSEARCH_USERNAME', 'ELASTICSEARCH_PASSWORD'],
  ...['KIBANA_API_KEY', 'KIBANA_USERNAME', 'KIBANA_PASSWORD'],
];

const run = promisify(execFile);

/**
 * The command line of a driver. `spark-submit` and its shell become the next program by `exec`, so the pid of the first
 * is the pid of the driver's JVM.
 */
export async function driverCommand(
  { python, jars, jobFile, environment }: LocalSpark,
  folder: RunFolder,
  { memoryMb, brief }: Pick<DriverRequest, 'memoryMb' | 'brief'>,
): Promise<{ command: string; args: string[]; env: Record<string, string | undefined> }> {
  const sparkHome = await findSpark(python, environment);
  const env = {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !LEFT_OUT.includes(name))),
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
    // Else each column of the job costs several calls into the JVM more, to note its line.
    'spark.python.sql.dataFrameDebugging.enabled': 'false',
    'spark.local.dir': folder.scratchFolder,
    'spark.sql.warehouse.dir': join(folder.scratchFolder, 'warehouse'),
    'spark.sql.catalogImplementation': 'in-memory',
    // The one that Spark takes by default starts some sixty processes for the files of each micro-batch.
    'spark.sql.streaming.checkpointFileManagerClass': CHECKPOINT_FILES,
  };
  const javaOptions = [
    '-XX:+UseSerialGC',
    ...(brief ? ['-XX:TieredStopAtLevel=1'] : []),
    `"-Djava.io.tmpdir=${folder.scratchFolder}"`,
  ];
  const args = [
    ...['--master', `local[${CORES}]`],
    ...['--driver-memory', `${memoryMb}m`],
    ...['--driver-java-options', javaOptions.join(' ')],
    // Not `--jars`: a driver would copy them, twice.
    ...(jars.length > 0 ? ['--driver-class-path', jars.join(delimiter)] : []),
    ...Object.entries(configuration).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    ...[jobFile, '--settings', folder.settingsFile],
  ];
  return { command: join(sparkHome, 'bin', 'spark-submit'), args, env };
}

async function findSpark(python: string, environment: LocalSpark['environment']): Promise<string> {
  try {
    return (await run(python, ['-c', FIND_SPARK], { env: environment })).stdout.trim();
  } catch (error) {
    throw pipelineFailure('SparkFailed', `Expected ${python} to be a Python that has pyspark.`, { cause: error });
  }
}
