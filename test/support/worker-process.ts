import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testEnvironment } from './environment';

const PROJECT = join(__dirname, '..', '..');

/** A worker in a process of its own, to be killed as a worker is killed in production. */
export interface WorkerProcess {
  readonly pid: number;
  /** Resolves with the signal or exit code when the process is gone. */
  readonly ended: Promise<string>;
  /** Waits for the end. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Does not wait. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts a worker and waits until it polls; its last lines are in the error when it ends before. */
export async function startWorker(environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'workers/pipeline-worker.ts'], {
    cwd: PROJECT,
    env: testEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const onLine = (line: string): void => {
      lines.push(line);
      if (line.startsWith('worker ready')) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    void ended.then((how) => {
      reject(new Error(`the worker ended (${how}) before it was ready:\n${lines.slice(-20).join('\n')}`));
    });
  });
  return {
    pid: pidOf(child),
    ended,
    kill: (signal) => kill(child, ended, signal),
    signal: (signal) => child.kill(signal),
  };
}

async function kill(child: ChildProcess, ended: Promise<string>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the worker could not be started');
  return pid;
}
