import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';
import { version } from '@temporalio/worker/package.json';

const FILE = /^workflows-[0-9a-f]{16}\.cjs$/;

/**
 * The code of all workflows as one bundle. Bundling takes seconds, which a worker that takes over from a dead one should
 * not spend again, so `folder` keeps the bundle of exactly these files.
 */
export async function workflowBundle(folder: string, logger: Logger): Promise<{ code: string }> {
  const workflowsPath = require.resolve('../workflows');
  const sources = [dirname(workflowsPath), join(__dirname, '..', 'activities', 'contracts')];
  const name = `workflows-${await digest(sources)}.cjs`;
  const kept = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (kept !== undefined) return { code: kept };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await keep(folder, name, code);
  return { code };
}

/** Of the names and contents of all files in the folders; beside them a bundle has only Temporal's own packages. */
async function digest(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(version);
  for (const folder of folders) {
    for (const name of (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.ts')).sort()) {
      hash.update(name).update(await readFile(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Replaces earlier bundles; another process never sees a part of the file. */
async function keep(folder: string, name: string, code: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const whole = join(folder, `${name}.${process.pid}`);
  await writeFile(whole, code);
  await rename(whole, join(folder, name));
  const earlier = (await readdir(folder)).filter((file) => FILE.test(file) && file !== name);
  await Promise.all(earlier.map((file) => rm(join(folder, file), { force: true })));
}
