import { spawnSync } from 'node:child_process';

/** Resident bytes of a child and of everything in its process group; 0 where `ps` does not tell. */
export function residentBytes(pid: number): number {
  const { stdout } = spawnSync('ps', ['-axo', 'pgid=,rss='], { encoding: 'utf8' });
  return ((stdout as string | null) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([group]) => group === pid)
    .reduce((sum, [, kilobytes = 0]) => sum + kilobytes * 1024, 0);
}
