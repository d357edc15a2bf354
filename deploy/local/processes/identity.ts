import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One process for good: a pid alone is handed out again after its process ended. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal only for the same process. */
  readonly startTime: string;
}

/** The running process that has this pid now; undefined when there is none, or only a zombie. */
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
    // The command name before the last parenthesis may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The first thread can be a zombie while the others still hold the ports and files of the process.
    const [state, threads] = [fields[0], Number(fields[17])];
    if (state === 'X' || (state === 'Z' && threads <= 1)) return undefined;
    // Ticks are counted from the boot, so they repeat after the next one.
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
