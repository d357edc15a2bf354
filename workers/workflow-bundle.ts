import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';
import { version } from '@temporalio/worker/package.json';

/**
 * Returns the code of all workflows as one bundle. Bundling takes seconds and would delay a worker that replaces a dead
 * one, so the bundle of exactly these files is cached in `folder`.
 */
export async function workflowBundle(
  folder: string,
  logger: Logger,
  { failureConverterPath }: DataConverter = {},
): Promise<{ code: string }> {
  const workflowsPath = require.resolve('../workflows');
  const sources = [dirname(workflowsPath), join(__dirname, '..', 'activities', 'contracts')];
  const converter = failureConverterPath === undefined ? '' : await readFile(failureConverterPath, 'utf8');
  const kind = failureConverterPath === undefined ? 'workflows' : 'workflows-encrypted';
  const name = `${kind}-${await digest(sources, converter)}.cjs`;
  const cached = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (cached !== undefined) return { code: cached };
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    logger,
    ...(failureConverterPath !== undefined && { failureConverterPath }),
  });
  await cache(folder, kind, name, code);
  return { code };
}

/** Hashes the names and contents of all files in the folders, the failure converter, and the version of Temporal. */
async function digest(folders: readonly string[], converter: string): Promise<string> {
  const hash = createHash('sha256').update(version).update(converter);
  for (const folder of folders) {
    for (const name of (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.ts')).sort()) {
      hash.update(name).update(await readFile(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Replaces earlier bundles of the kind; other processes never see an incomplete file. */
async function cache(folder: string, kind: string, name: string, code: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${name}.${process.pid}`);
  await writeFile(temporary, code);
  await rename(temporary, join(folder, name));
  const isOfKind = new RegExp(`^${kind}-[0-9a-f]{16}\\.cjs$`);
  const earlier = (await readdir(folder)).filter((file) => isOfKind.test(file) && file !== name);
  await Promise.all(earlier.map((file) => rm(join(folder, file), { force: true })));
}
