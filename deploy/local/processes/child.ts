import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Service } from '../service';
import { StackError } from '../stack-error';
import { identify } from './identity';
import type { ProcessRecord, ProcessRecords } from './process-records';

const MAX_LOG_BYTES = 20 * 1024 * 1024;

/** A process that this launcher has started. */
export interface Child {
  readonly record: ProcessRecord;
  /** Resolves when the process exits, with its exit status and its last log lines. */
  readonly exited: Promise<string>;
}

/**
 * Starts a process in its own process group, so that neither Ctrl-C in the terminal nor the exit of the launcher ends
 * it, and records it at once.
 *
 * @throws {@link StackError} when the program cannot be started
 */
export function startChild(service: Service, records: ProcessRecords): Child {
  const { name, ports, env, cwd, user } = service;
  const [program, ...args] = service.command;
  const { stateFolder } = records;
  const log = openLog(join(stateFolder, 'logs', `${name}.log`));
  const child = spawn(program, args, { detached: true, env, cwd, stdio: ['ignore', log.fd, log.fd], ...user });
  closeSync(log.fd);
  if (child.pid === undefined) {
    child.once('error', () => undefined); // reported below
    throw new StackError(`${name} cannot be started: expected an executable program, got ${program}`);
  }
  const { pid } = child;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exited with code ${code ?? 'unknown'}` : `was terminated by ${signal}`;
      resolve(`${name} (pid ${pid}) ${how}. ${describeLog(log.path, log.start)}`);
    });
  });
  // A child that has exited already has no start time; its exit is reported all the same.
  const record = { ...(identify(pid) ?? { pid, startTime: 'exited' }), name, stateFolder, ports, log: log.path };
  records.write(record);
  return { record, exited };
}

/** Opens a log for appending; a long one is renamed to `<path>.1` first. `start` is the offset of the next byte. */
function openLog(path: string): { readonly path: string; readonly fd: number; readonly start: number } {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a');
  return { path, fd, start: fstatSync(fd).size };
}

function describeLog(path: string, start: number): string {
  const lines = lastLines(path, start);
  return lines.length === 0 ? `It wrote nothing to ${path}` : [`Last lines of ${path}:`, ...lines].join('\n    ');
}

/** Returns the last lines after byte `start` of a log; none if it cannot be read. */
export function lastLines(path: string, start: number, count = 25): string[] {
  try {
    const lines = readFileSync(path).subarray(start).toString('utf8').split('\n');
    return lines.filter((line) => line.trim() !== '').slice(-count);
  } catch {
    return [];
  }
}
