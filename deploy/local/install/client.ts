import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { StackError } from '../stack-error';

const LAST_LINES = 15;

export interface ClientRun {
  /** Absolute path of the program. */
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
 * @returns what it wrote to stdout
 * @throws {@link StackError} with its last lines when it cannot be started or does not succeed
 */
export async function runClient({ program, args, cwd, env, signal, onLine }: ClientRun): Promise<string> {
  signal?.throwIfAborted();
  // A process group of its own, so that compilers and the like end with the client that has started them.
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const end = (): void => {
    endGroup(child.pid);
  };
  signal?.addEventListener('abort', end);
  process.once('exit', end);
  const stdout: string[] = [];
  const last: string[] = [];
  const follow = (stream: Readable, kept?: string[]): void => {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      kept?.push(line);
      const text = line.trim();
      if (text === '') return;
      last.push(text);
      if (last.length > LAST_LINES) last.shift();
      onLine?.(text);
    });
  };
  follow(child.stdout, stdout);
  follow(child.stderr);
  try {
    const outcome = await new Promise<string>((resolve) => {
      child.once('error', (error) => {
        resolve(`could not be started: ${error.message}`);
      });
      // Not `exit`: what it has started may still write to the folder.
      child.once('close', (code, killedBy) => {
        resolve(code === 0 ? 'ok' : `ended with ${killedBy ?? `exit status ${code ?? 'unknown'}`}`);
      });
    });
    signal?.throwIfAborted();
    if (outcome !== 'ok') throw new StackError(describeFailure(program, args, outcome, last));
    return stdout.join('\n');
  } finally {
    signal?.removeEventListener('abort', end);
    process.removeListener('exit', end);
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch {
    // Ended by itself meanwhile.
  }
}

function describeFailure(program: string, args: readonly string[], outcome: string, last: readonly string[]): string {
  const command = [basename(program), ...args].join(' ');
  const lines = last.length === 0 ? '' : ` Its last lines:\n  ${last.join('\n  ')}`;
  return `\`${command}\` ${outcome}.${lines}`;
}
