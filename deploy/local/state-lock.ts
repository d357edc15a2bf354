import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { identify, isRunning, type ProcessIdentity } from './processes/identity';
import { StackError } from './stack-error';

export const LOCK_FOLDER = 'launcher.lock';
const HOLDER_FILE = 'launcher.json';
/** A killed launcher no longer touches its lock; after so long another one may take it. */
const STALE_MS = 5000;
const POLL_MS = 250;
/** Marks a folder as one that a reset may empty. */
const MARKER = 'PIPELINE_STATE';
const MARKER_TEXT =
  'The durable streaming pipeline keeps its state in this folder. `npm run stack:reset` empties it.\n';

/** @throws {@link StackError} naming the launcher that runs on this state folder, when there is one */
export function refuseSecondLauncher(stateFolder: string): void {
  const holder = readHolder(stateFolder);
  if (holder === undefined || !isRunning(holder)) return;
  throw new StackError(
    `The stack in ${stateFolder} is already running: process ${holder.pid} has started it. Stop that one first.`,
  );
}

/**
 * Makes this process the one launcher of a state folder; waits until the lock of a killed launcher is stale.
 *
 * @returns a function that releases the folder
 * @throws {@link StackError} naming the other launcher, when there is one, or when the folder holds something else
 */
export async function lockStateFolder(stateFolder: string): Promise<() => Promise<void>> {
  markAsState(stateFolder);
  for (;;) {
    refuseSecondLauncher(stateFolder);
    const release = await tryLock(stateFolder);
    if (release !== undefined) {
      writeFileSync(join(stateFolder, HOLDER_FILE), JSON.stringify(identify(process.pid)));
      return async () => {
        rmSync(join(stateFolder, HOLDER_FILE), { force: true });
        await release();
      };
    }
    await sleep(POLL_MS);
  }
}

async function tryLock(stateFolder: string): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(stateFolder, { lockfilePath: join(stateFolder, LOCK_FOLDER), stale: STALE_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}

/** A folder with other people's files in it is refused, since a reset would delete them. */
function markAsState(stateFolder: string): void {
  mkdirSync(stateFolder, { recursive: true });
  const entries = readdirSync(stateFolder);
  if (entries.includes(MARKER)) return;
  if (entries.length > 0) {
    throw new StackError(
      `PIPELINE_STATE_DIR: expected an empty or a new folder, but ${stateFolder} holds other files (${entries[0] ?? ''}, …)`,
    );
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
