import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stopLeftOver } from './bring-server';
import { lockStateFolder } from './launcher-lock';
import { ChildRecords } from './processes/child-record';
import type { OnStackEvent } from './stack-event';

/**
 * Deletes all that a state folder holds, and first stops what a killed launcher left running on it.
 *
 * @throws {@link StackError} while a launcher runs on the folder
 */
export async function resetState(stateFolder: string, onEvent: OnStackEvent): Promise<void> {
  if (!existsSync(stateFolder)) return;
  const unlock = lockStateFolder(stateFolder);
  try {
    const records = new ChildRecords(stateFolder);
    const stop = records.running().map((record) => stopLeftOver(record, 'its data is deleted', { records, onEvent }));
    await Promise.all(stop);
    for (const entry of await readdir(stateFolder))
      await rm(join(stateFolder, entry), { recursive: true, force: true });
  } finally {
    unlock();
  }
}
