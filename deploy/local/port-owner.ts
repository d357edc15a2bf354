import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';
/** `kafka.Kafka`, or with its module `a.b/a.b.Main`. */
const MAIN_CLASS = /^(?:[\w.]+\/)?[\w.]+\.[A-Z]\w*$/;
const SCRIPT = /^[^-=:]+\.(?:jar|js|py|ts)$/;

/** Names who listens on a port, as `java (pid 123)`; undefined where the system does not tell. */
export function portOwner(port: number): string | undefined {
  return process.platform === 'linux' ? ownerFromProc(port) : ownerFromLsof(port);
}

function ownerFromProc(port: number): string | undefined {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port));
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsAny(name, sockets));
  if (pid === undefined) return "another user's process";
  return `${commandName(pid)} (pid ${pid})`;
}

function listeningInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readOrEmpty(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) === true && fields[3] === LISTENING)
    .flatMap((fields) => fields[9] ?? []);
}

function holdsAny(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOrEmpty(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false; // ended meanwhile, or somebody else's
  }
}

/** The program and what it runs: `java` alone would say little. */
function commandName(pid: string): string {
  const words = readOrEmpty(`/proc/${pid}/cmdline`)
    .split('\0')
    .filter((word) => word !== '');
  const [program = ''] = words;
  const main = words.slice(1).find((word) => MAIN_CLASS.test(word)) ?? words.slice(1).find((word) => SCRIPT.test(word));
  const name = program === '' ? readOrEmpty(`/proc/${pid}/comm`).trim() : (program.split('/').at(-1) ?? program);
  return main === undefined ? name : `${name} ${main}`;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function ownerFromLsof(port: number): string | undefined {
  const { stdout, error } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8' });
  if (error !== undefined) return undefined; // no lsof
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const command = /^c(.+)$/m.exec(stdout)?.[1];
  return pid === undefined ? undefined : `${command ?? 'a process'} (pid ${pid})`;
}
