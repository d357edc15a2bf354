import { spawn, spawnSync } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { StackError } from '../stack-error';

const LAST_LINES = 15;

export interface ClientRun {
  /** Absolute path of the program, or its name on the `PATH` of `env`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: the program is ended, and the run rejects with the signal's reason once it is gone. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each line of stdout and stderr; a carriage return ends a line too. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a package client to its end.
 *
 * @returns the lines of stdout and stderr
 * @throws {@link StackError} with its last lines when it cannot be started or does not succeed
 */
export async function runClient({ program, args, cwd, env, signal, onLine }: ClientRun): Promise<string> {
  signal?.throwIfAborted();
  // A process group of its own, so that whatever the client has started ends with it.
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    } catch {
      // Ended by itself meanwhile.
    }
  };
  signal?.addEventListener('abort', end);
  process.once('exit', end);
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
        done(`could not be started: ${message}; \`npm run doctor\` says what is missing`);
      });
      // Not `exit`: what it has started may still write to the folder.
      child.once('close', (code, killedBy) => {
        done(code === 0 ? undefined : `ended with ${killedBy ?? `exit status ${code ?? 'unknown'}`}`);
      });
    });
    signal?.throwIfAborted();
    if (failure === undefined) return lines.join('\n');
    const last = lines.length === 0 ? '' : ` Its last lines:\n  ${lines.slice(-LAST_LINES).join('\n  ')}`;
    throw new StackError(`\`${[basename(program), ...args].join(' ')}\` ${failure}.${last}`);
  } finally {
    signal?.removeEventListener('abort', end);
    process.removeListener('exit', end);
  }
}

/** The first program of this name on the `PATH` of `env`, as an absolute path. */
export function findExecutable(name: string, { PATH }: NodeJS.ProcessEnv): string | undefined {
  const { stdout } = spawnSync('/bin/sh', ['-c', 'command -v "$0"', name], { env: { PATH }, encoding: 'utf8' });
  const path = stdout.trim();
  return path === '' ? undefined : resolve(path);
}
