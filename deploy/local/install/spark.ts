import versions from '../versions.json';
import { artifactFiles, artifactsPart } from './artifacts';
import type { Part } from './part';
import { createEnvironment, installPackages } from './python-packages';

const { version, build, packages } = versions.spark;
const { artifacts } = versions.sparkConnector;

/** The virtual environment's `python`, inside the folder of the part. */
export const SPARK_PYTHON = 'bin/python';

/** Spark as the Python package that holds all of it. The environment may be renamed: only its `python` is used. */
export const sparkPart: Part = {
  name: 'spark',
  version,
  pins: { build, packages },
  proof: SPARK_PYTHON,
  fill: async (folder, task) => {
    const python = await createEnvironment(folder, task);
    // pyspark comes as source only. What packs it is pinned as well, so pip must not fetch its own choice of it.
    await installPackages(python, build, ['--only-binary', ':all:'], task);
    await installPackages(python, packages, ['--no-build-isolation', '--use-pep517'], task);
    await task.run('starting it once', [python, '-c', 'import pyspark']);
    // Both are of no use from here on, and pip's scripts name the folder as it is called now.
    await task.run('removing build tools', [python, '-m', 'pip', 'uninstall', '--yes', 'setuptools', 'pip']);
  },
};

/** What lets Spark read and write Kafka. */
export const sparkConnectorPart = artifactsPart('spark-connector', versions.sparkConnector.version, artifacts);

/** The connector's jars, inside the folder of the part. */
export const SPARK_JARS = artifactFiles(artifacts);
