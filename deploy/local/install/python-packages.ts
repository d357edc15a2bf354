import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstallTask } from './part';

const DETAIL = /^((?:Collecting|Downloading|Building|Installing|Using cached) [^(]+)/;

/** Checksums keyed by `name==version`; several if there is one file per platform. */
export type Requirements = Readonly<Record<string, string | readonly string[]>>;

/** Creates a virtual environment, which has pip even if the system's Python does not. @returns its `python` */
export async function createEnvironment(folder: string, task: InstallTask): Promise<string> {
  await task.run('creating a virtual environment', ['python3', '-m', 'venv', folder]);
  return join(folder, 'bin/python');
}

/**
 * Installs exactly these packages without their dependencies; pip verifies the checksums.
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
