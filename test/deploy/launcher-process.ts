import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { FakeServiceOptions } from './fake-service';

/** A running test/deploy/fake-launcher.ts. */
export interface LauncherProcess {
  readonly pid: number;
  /** Every line it has written so far. */
  readonly lines: readonly string[];
  /** Sends a signal and waits for the end. @returns the exit code */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
}

/** Starts a launcher and waits until its service serves. */
export async function startLauncher(options: FakeServiceOptions): Promise<LauncherProcess> {
  const args = ['--import', 'tsx', require.resolve('./fake-launcher'), JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line === 'up') resolve();
    });
    void ended.then(() => {
      reject(new Error(`the launcher ended before it was up:\n${lines.join('\n')}`));
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    child.kill(name);
  };
  const end = async (name: NodeJS.Signals): Promise<number | null> => {
    signal(name);
    return ended;
  };
  return { pid: pidOf(child), lines, end, signal, ended };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the launcher could not be started');
  return pid;
}
