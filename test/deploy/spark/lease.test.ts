import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { processFacts } from '../../../activities/spark/process-life';

const JOB = join(__dirname, '..', '..', '..', 'deploy', 'spark');
const LEASE_MS = 60_000;
const HOLDER = `
import os, sys, time
sys.path.insert(0, sys.argv[1])
from driver import hold_lease
hold_lease(sys.argv[2], ${LEASE_MS}, sys.argv[3])
print(os.getpid(), flush=True)
time.sleep(600)`;
/** In place of the JVM, which starts the job's Python. */
const PARENT = `
import subprocess, sys
subprocess.run([sys.executable, "-B", "-c", *sys.argv[1:]])`;

let folder: string;
let lease: string;
let result: string;
let jvm: ChildProcess;
let python: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lease-'));
  lease = join(folder, 'lease');
  result = join(folder, 'result.json');
  await writeFile(lease, '');
  jvm = spawn('python3', ['-c', PARENT, HOLDER, JOB, lease, result], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (jvm.stdout === null) throw new Error('expected a pipe');
  const [pid] = (await once(createInterface({ input: jvm.stdout }), 'line')) as [string];
  python = Number(pid);
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
  it('ends the JVM and its Python where nobody has touched it for its time, and says so', async () => {
    const ended = once(jvm, 'exit');
    await utimes(lease, 0, 0);
    await ended;
    await gone(python);
    expect(JSON.parse(await readFile(result, 'utf8'))).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^LeaseLost/) as string,
    });
  }, 60_000);

  it('ends the Python of a JVM that is gone', async () => {
    jvm.kill('SIGKILL');
    await gone(python);
    await expect(readFile(result)).rejects.toThrow('ENOENT');
  }, 60_000);
});
