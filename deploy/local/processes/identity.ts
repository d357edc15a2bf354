import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Identifies one process permanently; a pid alone is reused after the process has exited. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal only for the same process. */
  readonly startTime: string;
}

/** Returns the identity of the running process with this pid; undefined if there is none, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name before the last parenthesis may contain spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The first thread can be a zombie while the others still hold ports and files open.
    const [state, threads] = [fields[0], Number(fields[17])];
    if (state === 'X' || (state === 'Z' && threads <= 1)) return undefined;
    // Ticks are counted from boot, so they can repeat after the next boot.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${fields[19] ?? ''}@${boot}`;
  } catch {
    return undefined;
  }
}

function psStartTime(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state, ...startTime] = stdout.trim().split(/\s+/);
  return state === undefined || startTime.length === 0 || state.startsWith('Z') ? undefined : startTime.join(' ');
}
