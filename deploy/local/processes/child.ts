import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../stack-error';
import type { Service } from '../service';
import { lastLines, openLog } from './log-file';
import { identify } from './identity';
import type { ProcessRecord, ProcessRecords } from './process-records';

/** A process that this launcher has started. */
export interface Child {
  readonly record: ProcessRecord;
  /** Resolves at its end with how it ended and the last lines it wrote. */
  readonly ended: Promise<string>;
}

/**
 * Starts a process in a group of its own, so that neither a Ctrl-C of the terminal nor the end of the launcher
 * reaches it, and records it at once.
 *
 * @throws {@link StackError} when the program cannot be started
 */
export function startChild(service: Service, stateFolder: string, records: ProcessRecords): Child {
  const { name, ports, env, cwd, user } = service;
  const [program, ...args] = service.command;
  const log = openLog(join(stateFolder, 'logs', `${name}.log`));
  const child = spawn(program, args, { detached: true, env, cwd, stdio: ['ignore', log.fd, log.fd], ...user });
  closeSync(log.fd);
  if (child.pid === undefined) {
    child.once('error', () => undefined); // reported below
    throw new StackError(`${name} cannot be started: expected an executable program, came ${program}`);
  }
  const { pid } = child;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      const how = signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
      resolve(`${name} (pid ${pid}) ${how}. ${describeLog(log.path, log.start)}`);
    });
  });
  // A child that is gone already has no start time any more; its exit tells the rest.
  const identity = identify(pid) ?? { pid, startTime: 'ended' };
  const record = { ...identity, name, stateFolder, ports, log: log.path };
  records.write(record);
  return { record, ended };
}

function describeLog(path: string, start: number): string {
  const lines = lastLines(path, start);
  if (lines.length === 0) return `It wrote nothing to ${path}`;
  return [`Last lines of ${path}:`, ...lines.map((line) => `    ${line}`)].join('\n');
}
