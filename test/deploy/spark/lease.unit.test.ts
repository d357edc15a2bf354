import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pollDriver } from '../../../activities/spark/driver-process';
import { processFacts } from '../../../activities/spark/process-facts';
import { runFiles, RunFolder } from '../../../activities/spark/run-folder';
import type { SparkHandle } from '../../../activities/spark/types';

const JOB = join(__dirname, '..', '..', '..', 'deploy', 'spark');
const LEASE_MS = 60_000;
const HOLDER = `
import os, sys, time
sys.path.insert(0, sys.argv[1])
from driver import hold_lease
hold_lease(sys.argv[2], ${LEASE_MS}, sys.argv[3])
print(os.getpid(), flush=True)
time.sleep(600)`;
/** Stands in for the JVM, which starts the job's Python. */
const PARENT = `
import subprocess, sys
subprocess.run([sys.executable, "-B", "-c", *sys.argv[1:]])`;

let folder: string;
let jvm: ChildProcess;
let python: number;
let handle: SparkHandle;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lease-'));
  const { leaseFile, resultFile } = runFiles(folder);
  await writeFile(leaseFile, '');
  jvm = spawn('python3', ['-c', PARENT, HOLDER, JOB, leaseFile, resultFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (jvm.stdout === null) throw new Error('expected a pipe');
  const [pid] = (await once(createInterface({ input: jvm.stdout }), 'line')) as [string];
  python = Number(pid);
  const startTime = (await processFacts(jvm.pid ?? 0))?.startTime ?? '';
  handle = { pid: jvm.pid ?? 0, startTime, runFolder: folder };
});
afterEach(async () => {
  jvm.kill('SIGKILL');
  await gone(python);
  await rm(folder, { recursive: true });
});

async function gone(pid: number): Promise<void> {
  while ((await processFacts(pid)) !== null) await sleep(50);
}

describe('the lease of a driver', () => {
  it('ends the JVM and its Python if nobody renews it in time; a poll then reports a failure', async () => {
    expect(await pollDriver(handle)).toEqual({ running: true, exitOk: null });
    const ended = once(jvm, 'exit');
    await utimes(runFiles(folder).leaseFile, 0, 0);
    await ended;
    await gone(python);
    expect(await pollDriver(handle)).toEqual({ running: false, exitOk: false });
    expect(await new RunFolder(folder).result()).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^LeaseLost/) as string,
    });
  }, 60_000);

  it('ends the Python of a JVM that has ended', async () => {
    jvm.kill('SIGKILL');
    await gone(python);
    await expect(readFile(runFiles(folder).resultFile)).rejects.toThrow('ENOENT');
  }, 60_000);
});
