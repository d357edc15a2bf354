import { testEnvironment } from './environment';
import { startProgram } from './program';

/** A worker in a process of its own, so that it can be killed as in production. */
export interface WorkerProcess {
  readonly pid: number;
  /** Every line that it has printed so far. */
  readonly lines: readonly string[];
  /** Resolves with the signal or exit code when the process has ended. */
  readonly ended: Promise<string>;
  /** Sends a signal, unless the process has ended, and waits for the end. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Sends a signal without waiting. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts a worker and waits until it polls. @throws Error with its last lines when it ends before */
export async function startWorker(environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const program = ['workers/pipeline-worker.ts'];
  const { child, pid, ended, lines } = await startProgram(program, testEnvironment(environment), 'worker ready');
  return {
    pid,
    ended,
    lines,
    kill: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
    signal: (signal) => child.kill(signal),
  };
}
