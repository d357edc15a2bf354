import { readdirSync, readFileSync } from 'node:fs';

/** The unit in which Linux reports CPU time: 100 ticks per second. */
const TICK_MS = 10;

/** Returns the CPU time of all processes in a process group, in ms. */
export function groupCpuMs(group: number): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => {
    const fields = statOf(pid);
    return Number(fields[2]) === group ? sum + cpuMs(fields) : sum;
  }, 0);
}

export function processCpuMs(pid: number): number {
  return cpuMs(statOf(String(pid)));
}

/** Returns the resident memory in MB, now or at its peak. */
export function residentMb(pid: number, which: 'now' | 'peak'): number {
  const name = which === 'now' ? 'VmRSS' : 'VmHWM';
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
}

/** Fields after the name, which may contain spaces: state, parent, group, … */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function cpuMs(fields: readonly string[]): number {
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}
