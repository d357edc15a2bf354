import { chmodSync, chownSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { type FileRealmUser, rolesFile, usersFile, usersRolesFile } from '../../deploy/local/security/file-realm';
import type { SecureStack } from './secure-stack';

/** What a suite has in the file realm of the secured stack. */
interface RealmEntries {
  readonly users: readonly FileRealmUser[];
  readonly roles?: Readonly<Record<string, unknown>>;
}

/**
 * Replaces the users and roles of a suite, whose names begin with `prefix`, and keeps those of others. Elasticsearch reads
 * the files every five seconds, one by one.
 */
export async function setRealmEntries(
  { stateFolder }: SecureStack,
  prefix: string,
  { users, roles = {} }: RealmEntries,
): Promise<void> {
  const folder = join(stateFolder, 'elasticsearch', 'config');
  const release = await lock(join(folder, 'users'), { retries: { retries: 50, minTimeout: 20, maxTimeout: 200 } });
  try {
    replaceLines(join(folder, 'roles.yml'), (line) => line.startsWith(prefix), rolesFile(roles));
    replaceLines(join(folder, 'users'), (line) => line.startsWith(prefix), usersFile(users));
    replaceLines(join(folder, 'users_roles'), (line) => line.includes(`:${prefix}`), usersRolesFile(users));
  } finally {
    await release();
  }
}

/** The file is replaced at once, with the owner that the node runs as. */
function replaceLines(path: string, isOwn: (line: string) => boolean, added: string): void {
  const { uid, gid, mode } = statSync(path);
  const kept = readFileSync(path, 'utf8')
    .split(/(?<=\n)/)
    .filter((line) => !isOwn(line));
  writeFileSync(`${path}.new`, kept.join('') + added);
  chmodSync(`${path}.new`, mode);
  chownSync(`${path}.new`, uid, gid);
  renameSync(`${path}.new`, path);
}
