import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstallTask } from './install-task';

const DETAIL = /^((?:Collecting|Downloading|Building|Installing|Using cached) [^(]+)/;

/** Checksums keyed by `name==version`; several where every platform has a file of its own. */
export type Requirements = Readonly<Record<string, string | readonly string[]>>;

/** Makes a virtual environment, whose pip is there whatever the system's Python lacks. */
export async function createEnvironment(folder: string, task: InstallTask): Promise<string> {
  await task.run('creating a virtual environment', ['python3', '-m', 'venv', folder]);
  return join(folder, 'bin/python');
}

/**
 * Installs exactly these packages, each of which pip verifies, and nothing they depend on.
 *
 * @param python - of a virtual environment
 */
export async function installPackages(
  python: string,
  requirements: Requirements,
  options: readonly string[],
  task: InstallTask,
): Promise<void> {
  const path = join(task.scratch, 'requirements.txt');
  const lines = Object.entries(requirements).map(([requirement, checksums]) =>
    [requirement, ...[checksums].flat().map((checksum) => `--hash=${checksum}`)].join(' '),
  );
  await writeFile(path, lines.join('\n'));
  const pip = [python, '-m', 'pip', '--disable-pip-version-check', '--no-input', 'install', '--no-deps'] as const;
  const command = [...pip, '--require-hashes', '--progress-bar', 'off', ...options, '-r', path] as const;
  await task.run('installing packages', command, DETAIL);
}
