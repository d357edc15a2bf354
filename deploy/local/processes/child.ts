import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, openLog } from './child-log';
import type { ChildRecord, ChildRecords } from './child-record';
import { identify, isRunning } from './identity';
import { StackError } from '../stack-error';

/** What a child process is started with. */
export interface ChildSpec {
  readonly name: string;
  readonly kind: ChildRecord['kind'];
  readonly dataFolder: string;
  readonly ports: readonly number[];
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment of the child. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whom to run as; only root may choose. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly fingerprint: string;
  readonly log: string;
}

export interface ChildExit {
  /** Both are null for an adopted process, whose end is seen but not told. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of ours, started or adopted. */
export interface Child {
  readonly record: ChildRecord;
  readonly exited: Promise<ChildExit>;
}

/**
 * Starts a process in a group of its own, so that neither a Ctrl-C of the terminal nor the end of the launcher
 * reaches it, and records it at once.
 *
 * @throws {@link StackError} when the program cannot be started
 */
export function startChild(spec: ChildSpec, records: ChildRecords): Child {
  const [program, ...args] = spec.command;
  const log = openLog(spec.log);
  const child = spawn(program, args, {
    detached: true,
    env: spec.env,
    stdio: ['ignore', log.fd, log.fd],
    ...(spec.cwd !== undefined && { cwd: spec.cwd }),
    ...spec.user,
  });
  closeSync(log.fd);
  if (child.pid === undefined) {
    child.once('error', () => undefined); // the same news once more, later
    throw new StackError(`${spec.name} cannot be started: no program ${program} that may be executed`);
  }
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const { name, kind, dataFolder, ports, command, fingerprint } = spec;
  // A child that is gone already has no start time any more; its exit tells the rest.
  const identity = identify(child.pid) ?? { pid: child.pid, startTime: 'ended' };
  const record = {
    name,
    kind,
    ...identity,
    dataFolder,
    ports,
    command,
    fingerprint,
    log: spec.log,
    logStart: log.start,
  };
  records.write(record);
  return { record, exited };
}

/** Takes over a process that an earlier launcher started; its end is noticed within half a second. */
export function adoptChild(record: ChildRecord): Child {
  const watch = async (): Promise<ChildExit> => {
    while (isRunning(record)) await sleep(500);
    return { code: null, signal: null };
  };
  return { record, exited: watch() };
}

/** Says how a child ended, with the last lines it wrote. */
export function describeExit({ record }: Child, { code, signal }: ChildExit): string {
  const how = signal !== null ? `was ended by ${signal}` : code !== null ? `ended with exit code ${code}` : 'ended';
  const lines = lastLines(record.log, record.logStart);
  const said = lines.length === 0 ? 'It wrote nothing to' : 'Last lines of';
  return [
    `${record.name} (pid ${record.pid}) ${how}. ${said} ${record.log}`,
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}

/** A short hash of whatever decides how a child runs. */
export function fingerprintOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
