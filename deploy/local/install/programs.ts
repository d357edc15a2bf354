import { spawn, spawnSync } from 'node:child_process';
import { basename, delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { sendSignal } from '../processes/stop-process';
import { StackError } from '../stack-error';

const LAST_LINES = 15;

export interface ProgramRun {
  /** Absolute path of the program, or its name on the `PATH` of `env`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: the program is terminated, and after its exit the run rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each line of stdout and stderr; a carriage return ends a line too. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program until it exits. @returns its output @throws {@link StackError} with its last lines when it fails */
export async function runProgram({ program, args, cwd, env, signal, onLine }: ProgramRun): Promise<string> {
  signal?.throwIfAborted();
  // A separate process group, so that the program's own children are terminated with it.
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const terminate = (): void => {
    if (child.pid !== undefined) sendSignal(-child.pid, 'SIGTERM');
  };
  signal?.addEventListener('abort', terminate);
  process.once('exit', terminate);
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
      const text = line.trim();
      if (text === '') return;
      lines.push(text);
      onLine?.(text);
    });
  }
  try {
    const failure = await new Promise<string | undefined>((done) => {
      child.once('error', ({ message }) => {
        done(`could not be started: ${message}; \`npm run doctor\` shows what is missing`);
      });
      // Not `exit`: its children may still write to the folder.
      child.once('close', (code, killedBy) => {
        const how = killedBy === null ? `exited with status ${code ?? 'unknown'}` : `was terminated by ${killedBy}`;
        done(code === 0 ? undefined : how);
      });
    });
    signal?.throwIfAborted();
    if (failure === undefined) return lines.join('\n');
    const last = lines.length === 0 ? '' : ` Last lines:\n  ${lines.slice(-LAST_LINES).join('\n  ')}`;
    throw new StackError(`\`${[basename(program), ...args].join(' ')}\` ${failure}.${last}`);
  } finally {
    signal?.removeEventListener('abort', terminate);
    process.removeListener('exit', terminate);
  }
}

/** Returns the absolute path of the first program with this name on the `PATH` of `env`. */
export function findExecutable(name: string, { PATH }: NodeJS.ProcessEnv): string | undefined {
  const { stdout } = spawnSync('/bin/sh', ['-c', 'command -v "$0"', name], { env: { PATH }, encoding: 'utf8' });
  const path = stdout.trim();
  return path === '' ? undefined : resolve(path);
}

/** Returns the `java` of `JAVA_HOME` if it is set, else the first on `PATH`. */
export function javaCommand({ JAVA_HOME = '', PATH = '' }: NodeJS.ProcessEnv): string | undefined {
  const bin = JAVA_HOME === '' ? '' : join(JAVA_HOME, 'bin');
  return findExecutable('java', { PATH: [bin, PATH].join(delimiter) });
}

/** Asks Java for its home, since the `java` on PATH may be a script. @throws {@link StackError} if there is none */
export async function findJava(env: NodeJS.ProcessEnv): Promise<{ java: string; javaHome: string }> {
  const program = javaCommand(env);
  if (program === undefined) throw new StackError('Java is missing. `npm run doctor` shows how to install it.');
  const output = await runProgram({ program, args: ['-XshowSettings:properties', '-version'], cwd: '/', env });
  const javaHome = /^java\.home = (.+)$/m.exec(output)?.[1];
  if (javaHome === undefined) throw new StackError(`${program} does not report java.home; set JAVA_HOME.`);
  return { java: join(javaHome, 'bin/java'), javaHome };
}
