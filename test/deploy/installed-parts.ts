import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installPart, type Part } from '../../deploy/local/install/part';

/** Makes parts count as installed in a cache folder, without a client and without anything in them. */
export async function pretendInstalled(parts: readonly Part[], cache: string): Promise<void> {
  for (const part of parts) {
    const fill = async (folder: string): Promise<void> => {
      await mkdir(dirname(join(folder, part.requiredFile)), { recursive: true });
      await writeFile(join(folder, part.requiredFile), '');
    };
    await installPart({ ...part, fill }, { cache, onEvent: () => undefined, env: {} });
  }
}
