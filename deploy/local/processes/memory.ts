import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Resident bytes of a child and of everything in its process group; 0 when nothing of it runs. */
export function residentBytes(pid: number): number {
  const processes = process.platform === 'linux' ? fromProc() : fromPs();
  return processes.filter(({ group }) => group === pid).reduce((sum, { bytes }) => sum + bytes, 0);
}

interface Usage {
  readonly group: number;
  readonly bytes: number;
}

function fromProc(): Usage[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
        const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return [{ group, bytes: Number(resident ?? 0) * 1024 }];
      } catch {
        return []; // ended meanwhile
      }
    });
}

function fromPs(): Usage[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pgid=,rss='], { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [group, kilobytes] = line.trim().split(/\s+/).map(Number);
      return { group: group ?? 0, bytes: (kilobytes ?? 0) * 1024 };
    });
}
