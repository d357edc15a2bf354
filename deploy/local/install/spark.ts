import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import versions from '../versions.json';
import { runClient } from './client';
import { requireExecutable } from './executable';
import type { InstallTask, Part } from './part';

const { version, build, packages } = versions.spark;

/** The virtual environment's `python`, inside the folder of the part. */
export const SPARK_PYTHON = 'bin/python';

/** Spark as the Python package that holds all of it. The environment may be renamed: only its `python` is used. */
export const sparkPart: Part = {
  name: 'spark',
  version,
  pins: { build, packages },
  proof: SPARK_PYTHON,
  fill: createEnvironment,
};

async function createEnvironment(folder: string, task: InstallTask): Promise<void> {
  const { progress } = task;
  progress.update('creating a virtual environment');
  await run(requireExecutable('python3', task.env), ['-m', 'venv', folder], folder, task);
  const python = join(folder, SPARK_PYTHON);
  const pip = async (...args: string[]): Promise<void> => {
    await run(python, ['-m', 'pip', '--disable-pip-version-check', '--no-input', ...args], folder, task);
  };

  // pyspark comes as source only. What packs it is pinned as well, so pip must not fetch its own choice of it.
  const install = ['install', '--no-deps', '--require-hashes', '--progress-bar', 'off'];
  await pip(...install, '--only-binary', ':all:', '-r', await writeRequirements('build', build, folder));
  const requirements = await writeRequirements('packages', packages, folder);
  await pip(...install, '--no-build-isolation', '--use-pep517', '-r', requirements);
  await run(python, ['-c', 'import pyspark'], folder, task);
  // Both are of no use from here on, and pip's scripts name the folder as it is called now.
  await pip('uninstall', '--yes', 'setuptools', 'pip');
}

async function writeRequirements(
  name: string,
  pins: Readonly<Record<string, string>>,
  folder: string,
): Promise<string> {
  const path = join(folder, '.tmp', `${name}.txt`);
  const lines = Object.entries(pins).map(([requirement, checksum]) => `${requirement} --hash=${checksum}\n`);
  await writeFile(path, lines.join(''));
  return path;
}

async function run(program: string, args: string[], cwd: string, task: InstallTask): Promise<void> {
  const { env, signal, progress } = task;
  const onLine = (line: string): void => {
    // pip tells in words what it does, and nothing of how far it is.
    const step = /^(?:Collecting|Downloading|Building|Installing|Using cached) [^(]+/.exec(line)?.[0];
    if (step !== undefined) progress.update(`pip: ${step.trim()}`);
  };
  await runClient({ program, args, cwd, env, signal, onLine });
}
