import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const PASSWORD_BYTES = 24;

/** Writes a file that only its owner may read, replacing it at once; its folder is created the same way. */
export function writeSecret(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, text, { mode: 0o600 });
  renameSync(partial, path);
}

/** Returns the password in a file; if there is none, writes a random one first. */
export function passwordIn(path: string): string {
  if (!existsSync(path)) writeSecret(path, randomBytes(PASSWORD_BYTES).toString('base64url'));
  return readFileSync(path, 'utf8').trim();
}
