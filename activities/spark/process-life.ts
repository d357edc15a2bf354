import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process of this machine. `ps` and `/proc` are asked, never a signal sent: signal 0 also answers for a zombie. */
export interface ProcessFacts {
  /** Stays the same while the process lives, also over `exec`, and differs from that of a later one with its pid. */
  readonly startTime: string;
  /** The command with its arguments. */
  readonly command: string;
}

/** What is known of a living process; null where there is none, or only its exit status is left. */
export async function processFacts(pid: number): Promise<ProcessFacts | null> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The second field is the name in brackets and may hold anything; state is the 3rd field, start time the 22nd.
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
    return null; // ps exits with 1 where there is no such process
  }
}

function isEnded(state: string | undefined): boolean {
  return state === undefined || /^[ZX]/.test(state);
}

/** Sends a signal to one process; one that has just ended needs none. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
