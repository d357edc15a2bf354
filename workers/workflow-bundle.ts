import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';
import { version } from '@temporalio/worker/package.json';

const FILE = /^workflows-[0-9a-f]{16}\.cjs$/;

/**
 * The code of all workflows in one piece. Bundling takes seconds, which a worker that takes over a dead one's work
 * should not spend again, so `folder` keeps the bundle of these very files.
 */
export async function workflowBundle(folder: string, logger: Logger): Promise<{ code: string }> {
  const workflowsPath = require.resolve('../workflows');
  const name = `workflows-${await digest(dirname(workflowsPath))}.cjs`;
  const kept = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (kept !== undefined) return { code: kept };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await keep(folder, name, code);
  return { code };
}

/** Of the files' names and contents; workflows import nothing else but Temporal's own packages. */
async function digest(workflows: string): Promise<string> {
  const hash = createHash('sha256').update(version);
  for (const name of (await readdir(workflows)).sort()) hash.update(name).update(await readFile(join(workflows, name)));
  return hash.digest('hex').slice(0, 16);
}

/** Whole or not at all, in place of earlier ones. */
async function keep(folder: string, name: string, code: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const whole = join(folder, `${name}.${process.pid}`);
  await writeFile(whole, code);
  await rename(whole, join(folder, name));
  const earlier = (await readdir(folder)).filter((file) => FILE.test(file) && file !== name);
  await Promise.all(earlier.map((file) => rm(join(folder, file), { force: true })));
}
