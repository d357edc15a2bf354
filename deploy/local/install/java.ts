import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StackError } from '../stack-error';
import { runClient } from './client';
import { findExecutable, isExecutable } from './executable';

export interface Java {
  /** Absolute path of `java` inside `javaHome`. */
  readonly java: string;
  readonly javaHome: string;
}

/** The `java` that everything here runs on: the one of `JAVA_HOME` where set, else the first on `PATH`. */
export function javaCommand(env: NodeJS.ProcessEnv): string | undefined {
  const home = env['JAVA_HOME'];
  if (home !== undefined && home !== '' && isExecutable(join(home, 'bin/java'))) return join(home, 'bin/java');
  return findExecutable('java', env);
}

/** @throws {@link StackError} when there is no Java, or it does not say where it is at home */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java> {
  const command = javaCommand(env);
  if (command === undefined) throw new StackError('Java is missing. `npm run doctor` says how to get it.');
  const linked = dirname(dirname(realpathSync(command)));
  // A version switcher puts a script of its own on PATH; it has to be asked.
  const javaHome = isHome(linked) ? linked : await askHome(command, env);
  return { java: join(javaHome, 'bin/java'), javaHome };
}

function isHome(folder: string): boolean {
  return existsSync(join(folder, 'lib/modules'));
}

async function askHome(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  let home: string | undefined;
  const onLine = (line: string): void => {
    home ??= /^java\.home = (.+)$/.exec(line)?.[1];
  };
  await runClient({ program, args: ['-XshowSettings:properties', '-version'], cwd: '/', env, onLine });
  if (home === undefined) throw new StackError(`${program} does not tell its java.home; set JAVA_HOME.`);
  return home;
}
