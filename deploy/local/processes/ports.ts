import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** State of a listening socket in `/proc/net/tcp`. */
const LISTENING = '0A';
/** A Java main class (`kafka.Kafka`, or with its module `a.b/a.b.Main`) or a script. */
const MAIN = /^(?:[\w.]+\/)?[\w.]+\.[A-Z]\w*$|^[^-=:]+\.(?:jar|js|py|ts)$/;

/** Returns whether a server can listen on this port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}

/** Waits until all ports are free; returns the first that is still in use after `waitMs`. */
export async function takenPort(ports: readonly number[], waitMs: number): Promise<number | undefined> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const free = await Promise.all(ports.map(isFree));
    const taken = ports.find((_, index) => free[index] === false);
    if (taken === undefined || Date.now() >= deadline) return taken;
    await sleep(200);
  }
}

/** Describes the process that listens on a port, as `java kafka.Kafka (pid 123)`; undefined if it cannot be found. */
export function portOwner(port: number): string | undefined {
  return process.platform === 'linux' ? ownerFromProc(port) : ownerFromLsof(port);
}

function ownerFromProc(port: number): string | undefined {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port));
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && hasOpen(name, sockets));
  return pid === undefined ? "another user's process" : `${commandName(pid)} (pid ${pid})`;
}

function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return tryOr('', () => readFileSync(table, 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) === true && fields[3] === LISTENING)
    .flatMap((fields) => fields[9] ?? []);
}

/** False for a process that has exited meanwhile or belongs to another user. */
function hasOpen(pid: string, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  const files = tryOr([], () => readdirSync(folder));
  return files.some((file) => sockets.has(tryOr('', () => readlinkSync(`${folder}/${file}`))));
}

/** Returns the program and its main class or script, since `java` alone is not specific. */
function commandName(pid: string): string {
  const [program = '', ...args] = tryOr('', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  const main = args.find((arg) => MAIN.test(arg));
  return [program.split('/').at(-1) ?? program, ...(main === undefined ? [] : [main])].join(' ');
}

function ownerFromLsof(port: number): string | undefined {
  const { stdout, error } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8' });
  if (error !== undefined) return undefined; // lsof is not installed
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const command = /^c(.+)$/m.exec(stdout)?.[1];
  return pid === undefined ? undefined : `${command ?? 'a process'} (pid ${pid})`;
}

function tryOr<T>(fallback: T, act: () => T): T {
  try {
    return act();
  } catch {
    return fallback;
  }
}
