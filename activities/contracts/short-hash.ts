import { createHash } from 'node:crypto';

/** Returns the first eight hex digits of the sha256. */
export function shortHash(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 8);
}
