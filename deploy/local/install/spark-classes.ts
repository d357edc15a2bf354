import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import versions from '../versions.json';
import { runClient } from './client';
import { partFolder, type Part } from './part';
import { SPARK_PYTHON, sparkPart } from './spark';
import { sparkJars } from './spark-connector';

/** The archive, inside the folder of the part. */
export const SPARK_CLASSES = 'classes.jsa';

const PROGRAM = resolve(__dirname, '../../spark/record_classes.py');

/** An archive of the classes that a driver loads; another Java, or one with other jars, passes it over. */
export const sparkClassesPart: Part = {
  name: 'spark-classes',
  version: versions.spark.version,
  pins: { packages: versions.spark.packages, jars: versions.sparkConnector.artifacts, ...programs() },
  proof: SPARK_CLASSES,
  fill: async (folder, { env, progress, signal }) => {
    progress.update('recording a class archive');
    const cache = resolve(folder, '..');
    const python = join(partFolder(sparkPart, cache), SPARK_PYTHON);
    // Spark's launcher would take them for its own settings.
    const clean = { ...env, SPARK_HOME: undefined, PYSPARK_SUBMIT_ARGS: undefined, PYSPARK_PYTHON: python };
    const args = ['-B', PROGRAM, join(folder, SPARK_CLASSES), sparkJars(cache).join(delimiter)];
    await runClient({ program: python, args, cwd: folder, env: clean, signal });
  },
};

/** What is recorded, and the job that it runs for that. */
function programs(): Record<string, string> {
  const folder = dirname(PROGRAM);
  const names = readdirSync(folder).filter((name) => name.endsWith('.py'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
