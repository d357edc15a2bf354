import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollDriver, stopDriver, submitDriver } from '../../../activities/spark/driver-process';
import type { JobSettings } from '../../../activities/spark/job-settings';
import { processFacts } from '../../../activities/spark/process-facts';
import { sweepSparkDrivers } from '../../../activities/spark/recorded-drivers';
import { RunFolder } from '../../../activities/spark/run-folder';
import type { SparkHandle } from '../../../activities/spark/types';

const spark = { jars: 'spark', jobJar: 'job.jar', environment: { JAVA_HOME: '/no-such-java' } };
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
  return { pid, startTime, runFolder: folder.path };
}

async function takeLock(pid: number): Promise<void> {
  await writeFile(join(folder.path, 'lock.json'), JSON.stringify({ pid }));
}

function requestFor({ path }: RunFolder): Parameters<typeof submitDriver>[1] {
  const settings = { leaseFile: join(path, 'lease'), driverMemoryMb: 512 } as JobSettings;
  return { runFolder: path, isSmall: true, settings, connections: '{}' };
}

describe('a driver on this machine', () => {
  it('runs while its process lives, and has failed if that ended without a result', async () => {
    const handle = await handleOf(await startProcess());
    expect(await pollDriver(handle)).toEqual({ running: true, exitOk: null, error: null });
    await stopDriver(handle, 5_000);
    expect(await pollDriver(handle)).toEqual({ running: false, exitOk: false, error: null });
  });

  it('is not confused with a later process with its pid', async () => {
    const handle = { ...(await handleOf(await startProcess())), startTime: '1' };
    expect(await pollDriver(handle)).toEqual({ running: false, exitOk: false, error: null });
    await stopDriver(handle, 0);
    expect(await processFacts(handle.pid)).not.toBeNull();
  });

  it('has succeeded if the job recorded so, and its scratch folder is deleted', async () => {
    const handle = await handleOf(await startProcess());
    await stopDriver(handle, 5_000);
    await folder.write('result', { ok: true });
    expect(await pollDriver(handle)).toEqual({ running: false, exitOk: true, error: null });
    expect(existsSync(folder.scratchFolder)).toBe(false);
  });

  it('is killed if it does not end within the grace period', async () => {
    const driver = await startProcess("process.on('SIGTERM', () => {}); setInterval(() => {}, 1e3)");
    await takeLock(driver);
    const handle = await handleOf(driver);
    await stopDriver(handle, 200);
    expect(await processFacts(driver)).toBeNull();
    await stopDriver(handle, 200);
  });

  it('is found by its lock if the one in the handle came second', async () => {
    const [first, second] = [await startProcess(), await startProcess()];
    const handle = await handleOf(second);
    await takeLock(first);
    process.kill(second, 'SIGKILL');
    await once(started[1] ?? process, 'exit');
    expect(await pollDriver(handle)).toEqual({ running: true, exitOk: null, error: null });
    await stopDriver(handle, 5_000);
    expect(await processFacts(first)).toBeNull();
  });

  it('is adopted if it was started but not recorded', async () => {
    const pid = await startProcess();
    await takeLock(pid);
    const handle = await submitDriver(spark, requestFor(folder));
    expect(handle).toEqual(await handleOf(pid));
    expect(await submitDriver(spark, requestFor(folder))).toEqual(handle);
  });

  it('fails with the name of the Java if it cannot be started', async () => {
    await expect(submitDriver(spark, requestFor(folder))).rejects.toMatchObject({
      type: 'SparkFailed',
      message: expect.stringContaining('/no-such-java') as string,
    });
  });
});

describe('the sweep', () => {
  it('ends every recorded driver and nothing else', async () => {
    const recorded = await startProcess();
    await folder.write('driver', { pid: recorded, startTime: (await processFacts(recorded))?.startTime ?? '' });
    const foreign = spawn('sleep', ['60']);
    started.push(foreign);
    await sweepSparkDrivers(sparkState);
    expect(await processFacts(recorded)).toBeNull();
    expect(await processFacts(foreign.pid ?? 0)).not.toBeNull();
    await sweepSparkDrivers(join(sparkState, 'nowhere'));
  });
});
