import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { portOwner } from './port-owner';
import { adoptChild, type Child, fingerprintOf, startChild } from './processes/child';
import type { ChildRecord, ChildRecords } from './processes/child-record';
import { takenPort } from './processes/free-port';
import { stopProcess } from './processes/stop-process';
import { untilReady, whyNotReady } from './readiness';
import type { ManagedServer } from './servers/server';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';

export const SERVER_GRACE_MS = 30_000;
/** Whoever waits for a start should not wait long for the end of what hangs; every server survives a kill. */
const LEFT_OVER_GRACE_MS = 5000;
const ADOPTION_TIMEOUT_MS = 5000;
const PATIENCE_MS = 300_000;
const PORT_PATIENCE_MS = 15_000;

export interface BringServerContext {
  readonly stateFolder: string;
  readonly records: ChildRecords;
  readonly onEvent: OnStackEvent;
  readonly signal: AbortSignal;
  /** Called as soon as there is a process, long before it is ready. */
  readonly onChild: (child: Child) => void;
}

/**
 * Starts one server, or takes over the one that a killed launcher left, and waits until it serves.
 *
 * @throws {@link StackError} when a port is taken or the server does not become ready
 */
export async function bringServer(server: ManagedServer, context: BringServerContext): Promise<void> {
  const { records, onEvent, signal, onChild } = context;
  const fingerprint = fingerprintOf([server.command, server.env, server.cwd, server.user, server.files]);
  const leftOver = records.running().find(({ name }) => name === server.name);
  if (leftOver !== undefined) {
    const reason = await whyNotAdopted(server, leftOver, fingerprint);
    if (reason === undefined) {
      onEvent({ kind: 'adopted', part: server.name, pid: leftOver.pid, address: server.address });
      onChild(adoptChild(leftOver));
      return;
    }
    await stopLeftOver(leftOver, reason, context);
  }
  await untilPortsReleased(records);
  const taken = await takenPort(server.ports, 0);
  if (taken !== undefined) {
    const owner = portOwner(taken) ?? 'another process';
    throw new StackError(`${server.name} needs port ${taken} of 127.0.0.1, and ${owner} listens there`);
  }

  await prepare(server, signal);
  signal.throwIfAborted();
  const log = join(context.stateFolder, 'logs', `${server.name}.log`);
  const child = startChild({ ...server, kind: 'server', fingerprint, log }, records);
  onEvent({ kind: 'started', part: server.name, pid: child.record.pid, log });
  onChild(child);
  await untilReady(server, { patienceMs: PATIENCE_MS, onEvent, signal });
}

/** What a killed server has started itself needs a moment to notice it, and to give its ports free. */
export async function untilPortsReleased(records: ChildRecords): Promise<void> {
  const ports = records.ended().flatMap((record) => record.ports);
  if (ports.length > 0) await takenPort(ports, PORT_PATIENCE_MS);
}

/** Stops a process that a killed launcher left, and forgets it. */
export async function stopLeftOver(
  record: ChildRecord,
  reason: string,
  { records, onEvent }: Pick<BringServerContext, 'records' | 'onEvent'>,
): Promise<void> {
  await stopProcess(record, { graceMs: LEFT_OVER_GRACE_MS });
  records.remove(record.name);
  onEvent({ kind: 'leftOverStopped', part: record.name, pid: record.pid, reason });
}

async function whyNotAdopted(
  server: ManagedServer,
  leftOver: ChildRecord,
  fingerprint: string,
): Promise<string | undefined> {
  if (leftOver.dataFolder !== server.dataFolder || leftOver.fingerprint !== fingerprint) return 'settings differ';
  return whyNotReady(server, AbortSignal.timeout(ADOPTION_TIMEOUT_MS));
}

async function prepare(server: ManagedServer, signal: AbortSignal): Promise<void> {
  await mkdir(server.dataFolder, { recursive: true });
  for (const { path, text } of server.files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await server.prepare?.(signal);
}
