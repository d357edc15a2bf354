import { pbkdf2Sync, randomBytes } from 'node:crypto';

/** Few are enough for random passwords of 192 bits. */
const ITERATIONS = 1000;
const SALT_BYTES = 32;
const HASH_BYTES = 32;

/** A user of Elasticsearch's file realm. */
export interface FileRealmUser {
  readonly name: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/** Returns the file `users` of the file realm; each call salts anew. */
export function usersFile(users: readonly FileRealmUser[]): string {
  return users.map(({ name, password }) => `${name}:${hashOf(password)}\n`).join('');
}

/** Returns the file `users_roles` of the file realm. */
export function usersRolesFile(users: readonly FileRealmUser[]): string {
  return users.flatMap(({ name, roles }) => roles.map((role) => `${role}:${name}\n`)).join('');
}

/** Returns the file `roles.yml`, which takes JSON too. */
export function rolesFile(roles: Readonly<Record<string, unknown>>): string {
  return Object.entries(roles)
    .map(([name, role]) => `${name}: ${JSON.stringify(role)}\n`)
    .join('');
}

/** In Elasticsearch's own notation. */
function hashOf(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512');
  return `{PBKDF2}${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
