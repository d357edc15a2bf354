import { spawn, type ChildProcess } from 'node:child_process';
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
  cwd = PROJECT,
): Promise<Program> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const onLine = (line: string): void => {
      lines.push(line);
      if (line.startsWith(readyLine)) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    void ended.then((how) => {
      reject(new Error(`${args.join(' ')} ended (${how}) before it was ready:\n${lines.slice(-30).join('\n')}`));
    });
  });
  if (child.pid === undefined) throw new Error(`${args.join(' ')} could not be started`);
  return { child, pid: child.pid, ended, lines };
}
