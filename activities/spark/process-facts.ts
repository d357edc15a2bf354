import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process of this machine, from `/proc` or `ps`; signal 0 would also succeed for a zombie. */
export interface ProcessFacts {
  /** Constant while the process lives, also across `exec`; different for a later process with the same pid. */
  readonly startTime: string;
  /** The command with its arguments. */
  readonly command: string;
}

/** Returns null if there is no such process, or if it is a zombie. */
export async function processFacts(pid: number): Promise<ProcessFacts | null> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The second field is the name in brackets, which may contain anything; the state is the 3rd, the start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return isEnded(fields[0]) ? null : { startTime: fields[19] ?? '', command: command.replaceAll('\0', ' ') };
  } catch (error) {
    if (process.platform !== 'linux') return fromPs(pid);
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

async function fromPs(pid: number): Promise<ProcessFacts | null> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'state=,lstart=,command=', '-p', String(pid)]);
    const [, state, startTime = '', command = ''] = /^\s*(\S+)\s+((?:\S+\s+){4}\S+)\s+(.*)$/m.exec(stdout) ?? [];
    return state === undefined || isEnded(state) ? null : { startTime, command };
  } catch {
    return null; // ps exits with 1 if there is no such process
  }
}

function isEnded(state: string | undefined): boolean {
  return state === undefined || /^[ZX]/.test(state);
}

/** Sends a signal to a process; ignores that it has just ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
