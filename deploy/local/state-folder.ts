import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { identify, isRunning, type ProcessIdentity } from './processes/identity';
import { ProcessRecords } from './processes/process-records';
import { stopProcess } from './processes/stop-process';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';

const LOCK_FOLDER = 'launcher.lock';
const HOLDER_FILE = 'launcher.json';
/** A killed launcher no longer renews its lock; after this time another launcher may take it. */
const STALE_MS = 5000;
const POLL_MS = 250;
/** Short, since a start waits for it; every server survives a SIGKILL. */
const ORPHAN_GRACE_MS = 5000;
/** Marks a folder as one that a reset may empty. */
const MARKER = 'PIPELINE_STATE';
const MARKER_TEXT =
  'The durable streaming pipeline keeps its state in this folder. `npm run stack:reset` empties it.\n';

/** @throws {@link StackError} naming the launcher that runs on this state folder, if there is one */
export function refuseSecondLauncher(stateFolder: string): void {
  const holder = readHolder(stateFolder);
  if (holder === undefined || !isRunning(holder)) return;
  const launcher = `its launcher is process ${holder.pid}`;
  throw new StackError(`The stack in ${stateFolder} is already running: ${launcher}. Stop it first.`);
}

/**
 * Locks a state folder for this process; waits until the lock of a killed launcher is stale. Returns how to release it.
 *
 * @throws {@link StackError} when another launcher runs, or when the folder contains other files
 */
export async function lockStateFolder(stateFolder: string): Promise<() => Promise<void>> {
  markAsState(stateFolder);
  for (;;) {
    refuseSecondLauncher(stateFolder);
    try {
      const release = await lock(stateFolder, { lockfilePath: join(stateFolder, LOCK_FOLDER), stale: STALE_MS });
      writeFileSync(join(stateFolder, HOLDER_FILE), JSON.stringify(identify(process.pid)));
      return async () => {
        rmSync(join(stateFolder, HOLDER_FILE), { force: true });
        await release();
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      await sleep(POLL_MS);
    }
  }
}

/** Refuses a folder that contains other files, since a reset would delete them. */
function markAsState(stateFolder: string): void {
  mkdirSync(stateFolder, { recursive: true });
  const entries = readdirSync(stateFolder);
  if (entries.includes(MARKER)) return;
  if (entries[0] !== undefined) {
    const found = `${stateFolder} contains other files (${entries[0]}, …)`;
    throw new StackError(`PIPELINE_STATE_DIR: expected an empty or a new folder, but ${found}`);
  }
  writeFileSync(join(stateFolder, MARKER), MARKER_TEXT);
}

function readHolder(stateFolder: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(stateFolder, HOLDER_FILE), 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Stops the processes that a killed launcher left running on a state folder. */
export async function stopOrphans(stateFolder: string, onEvent: OnStackEvent): Promise<void> {
  const records = new ProcessRecords(stateFolder);
  const stop = records.running().map(async (record) => {
    await stopProcess(record, ORPHAN_GRACE_MS);
    records.remove(record.name);
    onEvent({ kind: 'orphanStopped', part: record.name, pid: record.pid });
  });
  await Promise.all(stop);
}

/** Stops orphaned processes and empties a state folder. @throws {@link StackError} while a launcher runs on it */
export async function resetState(stateFolder: string, onEvent: OnStackEvent): Promise<void> {
  const unlock = await lockStateFolder(stateFolder);
  try {
    await stopOrphans(stateFolder, onEvent);
    for (const entry of await readdir(stateFolder)) {
      if (entry !== LOCK_FOLDER) await rm(join(stateFolder, entry), { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
}
