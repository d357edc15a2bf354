import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StackError } from '../stack-error';

/**
 * Compares a file with its pinned checksum.
 *
 * @param pinned - `<algorithm>:<hex digest>`, as `sha256:…`
 * @throws {@link StackError} when the file is another one
 */
export async function verifyChecksum(path: string, pinned: string): Promise<void> {
  const [algorithm = ''] = pinned.split(':');
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const found = `${algorithm}:${hash.digest('hex')}`;
  if (found !== pinned) throw wrongChecksum(basename(path), pinned, found);
}

export function wrongChecksum(what: string, pinned: string, found: string): StackError {
  return new StackError(
    `${what} is not the file that is pinned in deploy/local/versions.json: expected ${pinned}, came ${found}. ` +
      'It was not installed. Remove it from the cache of the client that fetched it, and start again.',
  );
}
