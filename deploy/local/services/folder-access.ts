import { lchown, readdir } from 'node:fs/promises';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { closedFolder } from '../folders';
import { StackError } from '../stack-error';
import type { UnixUser } from '../service';

/** `nobody` nearly everywhere; any user but root would do. */
const UNPRIVILEGED: UnixUser = { uid: 65_534, gid: 65_534 };

/**
 * The user to run a program as that refuses to run as root; undefined when we are not root.
 *
 * @param folders - what the program needs to reach; need not exist
 * @throws {@link StackError} when that user may not enter one of them
 */
export function unprivilegedUser(folders: readonly string[]): UnixUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const real = (folder: string): string => (existsSync(folder) ? realpathSync(folder) : folder);
  const closed = folders.map((folder) => closedFolder(real(folder))).find((folder) => folder !== undefined);
  if (closed === undefined) return UNPRIVILEGED;
  throw new StackError(
    `Elasticsearch refuses to run as root, and user ${UNPRIVILEGED.uid}, as whom it would run, may not enter ${closed}. ` +
      'Start as another user, or set PIPELINE_STATE_DIR and PIPELINE_CACHE_DIR to folders that everybody may enter.',
  );
}

/** Gives a folder and all in it to `owner`. */
export async function giveTo(owner: UnixUser, folder: string): Promise<void> {
  await lchown(folder, owner.uid, owner.gid);
  for (const entry of await readdir(folder, { recursive: true })) {
    await lchown(join(folder, entry), owner.uid, owner.gid);
  }
}
