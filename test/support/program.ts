import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The root of the checkout. */
export const PROJECT = join(__dirname, '..', '..');

/** A program of this project in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with the signal or exit code when the process has ended. */
  readonly ended: Promise<string>;
  /** Every line that it has printed so far. */
  readonly lines: readonly string[];
}

/**
 * Starts a TypeScript program of this project and waits until it prints a line that begins with `readyLine`.
 *
 * @throws Error with its last lines when it ends before
 */
export async function startProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  readyLine: string,
): Promise<Program> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: PROJECT, env, stdio: STDIO });
  return await untilReady(args.join(' '), child, readyLine);
}

/** The same for a command as users type it, in a process group of its own, whose id is `pid`. */
export async function startCommand(
  command: string,
  env: NodeJS.ProcessEnv,
  readyLine: string,
  cwd = PROJECT,
): Promise<Program> {
  // Otherwise npm may ask its registry for a newer npm.
  const withoutUpdates = { npm_config_update_notifier: 'false', ...env };
  const child = spawn('sh', ['-c', command], { cwd, env: withoutUpdates, stdio: STDIO, detached: true });
  return await untilReady(command, child, readyLine);
}

const STDIO: StdioOptions = ['ignore', 'pipe', 'pipe'];

async function untilReady(what: string, child: ChildProcess, readyLine: string): Promise<Program> {
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const onLine = (line: string): void => {
      lines.push(line);
      if (line.startsWith(readyLine)) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', onLine);
    }
    void ended.then((how) => {
      reject(new Error(`${what} ended (${how}) before it was ready:\n${lines.slice(-30).join('\n')}`));
    });
  });
  if (child.pid === undefined) throw new Error(`${what} could not be started`);
  return { child, pid: child.pid, ended, lines };
}
