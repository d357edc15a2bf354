import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { StackError } from '../stack-error';

/** The first program of this name on the `PATH` of `env`, as an absolute path. */
export function findExecutable(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => resolve(join(folder, name))).find(isExecutable);
}

/** @throws {@link StackError} when there is none */
export function requireExecutable(name: string, env: NodeJS.ProcessEnv): string {
  const path = findExecutable(name, env);
  if (path === undefined) throw new StackError(`\`${name}\` is not on PATH. \`npm run doctor\` says how to get it.`);
  return path;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
