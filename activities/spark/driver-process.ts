/**
 * Spark drivers as detached processes of this machine: they outlive the worker and are found again by their run folder.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipelineFailure } from '../contracts/failures';
import { driverCommand, type DriverRequest, type SparkInstallation } from './driver-command';
import { processFacts, signalProcess } from './process-facts';
import { runFiles, RunFolder } from './run-folder';
import type { SparkHandle, SparkState } from './types';

const POLL_MS = 100;
/** Start time of a driver that had already ended. */
const ENDED = 'ended';

/** Waits; throws if the caller is cancelled. */
type Pause = (ms: number) => Promise<unknown>;

/**
 * Starts a driver; repeating it for the same run folder returns the first handle, whether that driver runs or has ended.
 *
 * @throws SparkFailed when the driver's process cannot be started
 */
export async function submitDriver(spark: SparkInstallation, request: DriverRequest): Promise<SparkHandle> {
  const folder = new RunFolder(request.runFolder);
  let driver = await folder.read('driver');
  if (driver === null) {
    // If an earlier attempt died after starting a driver and before recording it, the one that has the lock is adopted.
    // If none has it yet, this starts a second one; whichever takes the lock first works, the other ends at once.
    const lock = await folder.read('lock');
    const pid = lock?.pid ?? (await startDriver(spark, request, folder));
    const facts = lock === null || (await isOf(folder, pid)) ? await processFacts(pid) : null;
    driver = { pid, startTime: facts?.startTime ?? ENDED };
    await folder.write('driver', driver);
  }
  return { ...driver, runFolder: folder.path };
}

async function startDriver(spark: SparkInstallation, request: DriverRequest, folder: RunFolder): Promise<number> {
  await mkdir(folder.scratchFolder, { recursive: true });
  await writeFile(request.settings.leaseFile, '');
  await folder.write('settings', request.settings);
  await writeFile(folder.connectionsFile, request.connections, { mode: 0o600 });
  const { command, args, env } = driverCommand(spark, folder, request);
  const log = await open(folder.logFile, 'a');
  try {
    const child = spawn(command, args, { cwd: folder.path, detached: true, env, stdio: ['ignore', log.fd, log.fd] });
    await once(child, 'spawn');
    child.unref();
    return child.pid ?? Number.NaN;
  } catch (error) {
    throw pipelineFailure('SparkFailed', `Starting ${command} failed.`, { cause: error });
  } finally {
    await log.close();
  }
}

/** Returns whether a driver runs, renews its lease, and removes the scratch folder of one that has ended. */
export async function pollDriver(handle: SparkHandle): Promise<Pick<SparkState, 'running' | 'exitOk' | 'error'>> {
  const folder = new RunFolder(handle.runFolder);
  await writeFile(runFiles(folder.path).leaseFile, '');
  if ((await runningDrivers(handle)).length > 0) return { running: true, exitOk: null, error: null };
  await rm(folder.scratchFolder, { recursive: true, force: true });
  const result = await folder.read('result');
  return { running: false, exitOk: result?.ok === true, error: result?.error ?? null };
}

/** Ends a driver, with SIGKILL after `graceMs`; does nothing if it has already ended. */
export async function stopDriver(handle: SparkHandle, graceMs: number, pause: Pause = sleep): Promise<void> {
  const steps = [
    { signal: 'SIGTERM', withinMs: graceMs },
    { signal: 'SIGKILL', withinMs: Number.POSITIVE_INFINITY },
  ] as const;
  for (const { signal, withinMs } of steps) {
    for (const pid of await runningDrivers(handle)) signalProcess(pid, signal);
    if (await haveEnded(handle, withinMs, pause)) break;
  }
  await rm(new RunFolder(handle.runFolder).scratchFolder, { recursive: true, force: true });
}

/** Pids of the running drivers of a start: the one in the handle, and another one that took the lock before it. */
async function runningDrivers({ pid, startTime, runFolder }: SparkHandle): Promise<number[]> {
  const folder = new RunFolder(runFolder);
  const running = new Set<number>();
  if ((await processFacts(pid))?.startTime === startTime) running.add(pid);
  const lock = await folder.read('lock');
  if (lock !== null && (await isOf(folder, lock.pid))) running.add(lock.pid);
  return [...running];
}

/** Whether a process runs and was started for this folder; a later process with the same pid has another command. */
async function isOf(folder: RunFolder, pid: number): Promise<boolean> {
  return (await processFacts(pid))?.command.includes(folder.settingsFile) === true;
}

async function haveEnded(handle: SparkHandle, withinMs: number, pause: Pause): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while ((await runningDrivers(handle)).length > 0) {
    if (Date.now() >= deadline) return false;
    await pause(POLL_MS);
  }
  return true;
}
