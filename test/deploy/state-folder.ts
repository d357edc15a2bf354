import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import { stopProcess } from '../../deploy/local/processes/stop-process';

const TIMEOUT_MS = 240_000;

/** An empty state folder. */
export async function newStateFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pipeline-state-'));
}

/** Ends whatever a test left running on the folder, and removes it. */
export async function removeStateFolder(stateFolder: string): Promise<void> {
  for (const record of new ProcessRecords(stateFolder).running()) await stopProcess(record, 0);
  await rm(stateFolder, { recursive: true, force: true });
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return address.port;
}

export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${TIMEOUT_MS} ms in vain until ${what}`);
    await sleep(20);
  }
}
