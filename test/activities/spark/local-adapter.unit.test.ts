import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepSparkDrivers } from '../../../activities/spark/sweep-spark-drivers';
import { localAdapter, stopDriver } from '../../../activities/spark/local-adapter';
import { processFacts } from '../../../activities/spark/process-life';
import { RunFolder, writeWhole } from '../../../activities/spark/run-folder';
import type { SparkHandle } from '../../../activities/spark/types';

const adapter = localAdapter({ python: 'no-such-python', jars: [], jobFile: 'job.py', environment: {} });
const started: ChildProcess[] = [];
let sparkState: string;
let folder: RunFolder;

beforeEach(async () => {
  sparkState = await mkdtemp(join(tmpdir(), 'spark-state-'));
  folder = new RunFolder(join(sparkState, 'runs', 'name', 'run', '0'));
  await mkdir(folder.scratchFolder, { recursive: true });
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await rm(sparkState, { recursive: true });
});

/** A process that looks like one of this run folder: its command names the settings. */
async function startProcess(script = 'setInterval(() => {}, 1e3)'): Promise<number> {
  const ready = `${script}; console.log('ready')`;
  const child = spawn(process.execPath, ['-e', ready, '--', '--settings', folder.settingsFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? Number.NaN;
}

async function handleOf(pid: number): Promise<SparkHandle> {
  const startTime = (await processFacts(pid))?.startTime ?? 'ended';
  return { adapter: 'local', pid, startTime, runFolder: folder.path };
}

async function claim(pid: number, python: number): Promise<void> {
  await writeFile(join(folder.path, 'claim.json'), JSON.stringify({ pid, python }));
}

describe('a driver on this machine', () => {
  it('runs while its process lives, and has failed where that ended without a result', async () => {
    const handle = await handleOf(await startProcess());
    expect(await adapter.poll(handle)).toEqual({ running: true, exitOk: null });
    await stopDriver(handle, 5_000);
    expect(await adapter.poll(handle)).toEqual({ running: false, exitOk: false });
  });

  it('is not taken for a later process with its pid', async () => {
    const handle = { ...(await handleOf(await startProcess())), startTime: '1' };
    expect(await adapter.poll(handle)).toEqual({ running: false, exitOk: false });
    await stopDriver(handle, 0);
    expect(await processFacts(handle.pid)).not.toBeNull();
  });

  it('has succeeded where the job said so, and its scratch space is gone', async () => {
    const handle = await handleOf(await startProcess());
    await stopDriver(handle, 5_000);
    await writeWhole(join(folder.path, 'result.json'), { ok: true });
    expect(await adapter.poll(handle)).toEqual({ running: false, exitOk: true });
    expect(existsSync(folder.scratchFolder)).toBe(false);
  });

  it('is killed where it does not end within the grace, and its Python process with it', async () => {
    const driver = await startProcess("process.on('SIGTERM', () => {}); setInterval(() => {}, 1e3)");
    const python = await startProcess();
    await claim(driver, python);
    const handle = await handleOf(driver);
    await stopDriver(handle, 200);
    expect(await processFacts(driver)).toBeNull();
    expect(await processFacts(python)).toBeNull();
    await stopDriver(handle, 200);
  });

  it('is found by its claim where the one in the handle came second', async () => {
    const [first, second] = [await startProcess(), await startProcess()];
    const handle = await handleOf(second);
    await claim(first, first);
    process.kill(second, 'SIGKILL');
    await once(started[1] ?? process, 'exit');
    expect(await adapter.poll(handle)).toEqual({ running: true, exitOk: null });
    await stopDriver(handle, 5_000);
    expect(await processFacts(first)).toBeNull();
  });

  it('is adopted where it was started but not noted', async () => {
    const pid = await startProcess();
    await claim(pid, pid);
    const request = {
      runFolder: folder.path,
      memoryMb: 512,
      brief: true,
      settings: { leaseFile: join(folder.path, 'lease') },
    };
    const handle = await adapter.submit(request as Parameters<typeof adapter.submit>[0]);
    expect(handle).toEqual(await handleOf(pid));
    expect(await adapter.submit(request as Parameters<typeof adapter.submit>[0])).toEqual(handle);
  });

  it('that cannot be started is a failure that names the Python', async () => {
    const settings = { leaseFile: join(folder.path, 'lease') };
    const request = { runFolder: folder.path, memoryMb: 512, brief: true, settings } as Parameters<
      typeof adapter.submit
    >[0];
    await expect(adapter.submit(request)).rejects.toMatchObject({
      type: 'SparkFailed',
      message: expect.stringContaining('no-such-python') as string,
    });
  });
});

describe('the sweep', () => {
  it('ends every driver that is noted or has claimed a start, and nothing else', async () => {
    const noted = await startProcess();
    await folder.writeDriver({ pid: noted, startTime: (await processFacts(noted))?.startTime ?? '' });
    const foreign = spawn('sleep', ['60']);
    started.push(foreign);
    await sweepSparkDrivers(sparkState);
    expect(await processFacts(noted)).toBeNull();
    expect(await processFacts(foreign.pid ?? 0)).not.toBeNull();
    await sweepSparkDrivers(join(sparkState, 'nowhere'));
  });
});
