import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';
/** `kafka.Kafka`, or with its module `a.b/a.b.Main`; or a script. */
const MAIN = /^(?:[\w.]+\/)?[\w.]+\.[A-Z]\w*$|^[^-=:]+\.(?:jar|js|py|ts)$/;

/** Names who listens on a port, as `java kafka.Kafka (pid 123)`; undefined where the system does not tell. */
export function portOwner(port: number): string | undefined {
  return process.platform === 'linux' ? ownerFromProc(port) : ownerFromLsof(port);
}

function ownerFromProc(port: number): string | undefined {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port));
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsAny(name, sockets));
  return pid === undefined ? "another user's process" : `${commandName(pid)} (pid ${pid})`;
}

function listeningInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return orElse('', () => readFileSync(table, 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) === true && fields[3] === LISTENING)
    .flatMap((fields) => fields[9] ?? []);
}

/** False for a process that ended meanwhile, or is somebody else's. */
function holdsAny(pid: string, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  const files = orElse([], () => readdirSync(folder));
  return files.some((file) => sockets.has(orElse('', () => readlinkSync(`${folder}/${file}`))));
}

/** The program and what it runs: `java` alone would say little. */
function commandName(pid: string): string {
  const [program = '', ...words] = orElse('', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  const main = words.find((word) => MAIN.test(word));
  return [program.split('/').at(-1) ?? program, ...(main === undefined ? [] : [main])].join(' ');
}

function ownerFromLsof(port: number): string | undefined {
  const { stdout, error } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8' });
  if (error !== undefined) return undefined; // no lsof
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const command = /^c(.+)$/m.exec(stdout)?.[1];
  return pid === undefined ? undefined : `${command ?? 'a process'} (pid ${pid})`;
}

function orElse<T>(otherwise: T, act: () => T): T {
  try {
    return act();
  } catch {
    return otherwise;
  }
}
