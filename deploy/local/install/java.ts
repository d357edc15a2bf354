import { delimiter, join } from 'node:path';
import { StackError } from '../stack-error';
import { findExecutable, runClient } from './client';

export interface Java {
  /** Absolute path of `java` inside `javaHome`. */
  readonly java: string;
  readonly javaHome: string;
}

/** The `java` that everything here runs on: the one of `JAVA_HOME` where set, else the first on `PATH`. */
export function javaCommand({ JAVA_HOME = '', PATH = '' }: NodeJS.ProcessEnv): string | undefined {
  const own = JAVA_HOME === '' ? '' : join(JAVA_HOME, 'bin');
  return findExecutable('java', { PATH: [own, PATH].join(delimiter) });
}

/**
 * Asks Java where it is at home, since a version switcher puts a script of its own on PATH.
 *
 * @throws {@link StackError} when there is no Java, or it does not say
 */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java> {
  const program = javaCommand(env);
  if (program === undefined) throw new StackError('Java is missing. `npm run doctor` says how to get it.');
  const said = await runClient({ program, args: ['-XshowSettings:properties', '-version'], cwd: '/', env });
  const javaHome = /^java\.home = (.+)$/m.exec(said)?.[1];
  if (javaHome === undefined) throw new StackError(`${program} does not tell its java.home; set JAVA_HOME.`);
  return { java: join(javaHome, 'bin/java'), javaHome };
}
