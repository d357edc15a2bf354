import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stopLeftOvers } from './left-overs';
import type { OnStackEvent } from './stack-event';
import { LOCK_FOLDER, lockStateFolder } from './state-lock';

/**
 * Deletes all that a state folder holds, and first stops what a killed launcher left running on it.
 *
 * @throws {@link StackError} while a launcher runs on the folder
 */
export async function resetState(stateFolder: string, onEvent: OnStackEvent): Promise<void> {
  if (!existsSync(stateFolder)) return;
  const unlock = await lockStateFolder(stateFolder);
  try {
    await stopLeftOvers(stateFolder, onEvent);
    for (const entry of await readdir(stateFolder)) {
      if (entry !== LOCK_FOLDER) await rm(join(stateFolder, entry), { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
}
