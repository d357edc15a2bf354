import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipelineFailure } from '../contracts/failures';
import { driverCommand, type LocalSpark } from './driver-command';
import { runFiles } from './job-settings';
import { processFacts, signalProcess } from './process-life';
import { RunFolder, writeWhole } from './run-folder';
import type { DriverRequest, DriverState, Pause, SparkAdapter } from './spark-adapter';
import type { SparkHandle } from './types';

const LOOK_EVERY_MS = 100;
/** The Python process sees within half a second that its JVM is gone. */
const PYTHON_ENDS_WITHIN_MS = 2_000;
/** Start time of a driver that had ended before it could be asked. */
const ENDED = 'ended';

export type { LocalSpark } from './driver-command';

/** Drivers as detached processes of this machine: they outlive the worker and are found again by their run folder. */
export function localAdapter(spark: LocalSpark): SparkAdapter {
  return { submit: (request) => submit(spark, request), poll, stop: stopDriver };
}

async function submit(spark: LocalSpark, request: DriverRequest): Promise<SparkHandle> {
  const folder = new RunFolder(request.runFolder);
  const known = (await folder.driver()) ?? (await claimed(folder));
  if (known !== null) return { adapter: 'local', ...known, runFolder: folder.path };
  // Where an earlier attempt died between starting a driver and noting it, a second one starts here; whichever claims
  // the folder first works, the other ends at once.
  await mkdir(folder.scratchFolder, { recursive: true });
  await writeFile(request.settings.leaseFile, '');
  await writeWhole(folder.settingsFile, request.settings);
  const pid = await spawnDriver(spark, request, folder);
  const driver = { pid, startTime: (await processFacts(pid))?.startTime ?? ENDED };
  await folder.writeDriver(driver);
  return { adapter: 'local', ...driver, runFolder: folder.path };
}

/** The driver that took the start without being noted; null where there is none. */
async function claimed(folder: RunFolder): Promise<{ pid: number; startTime: string } | null> {
  const claim = await folder.claim();
  if (claim === null) return null;
  const facts = (await isOf(folder, claim.pid)) ? await processFacts(claim.pid) : null;
  const driver = { pid: claim.pid, startTime: facts?.startTime ?? ENDED };
  await folder.writeDriver(driver);
  return driver;
}

async function spawnDriver(spark: LocalSpark, request: DriverRequest, folder: RunFolder): Promise<number> {
  const { command, args, env } = await driverCommand(spark, folder, request);
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

async function poll(handle: SparkHandle): Promise<DriverState> {
  const folder = new RunFolder(handle.runFolder);
  await writeFile(runFiles(folder.path).leaseFile, '');
  if ((await livingDrivers(handle)).length > 0) return { running: true, exitOk: null };
  await rm(folder.scratchFolder, { recursive: true, force: true });
  return { running: false, exitOk: (await folder.result())?.ok === true };
}

/** Ends a driver of this machine and its Python process, hard after `graceMs`; nothing happens where they are gone. */
export async function stopDriver(handle: SparkHandle, graceMs: number, pause: Pause = waitFor): Promise<void> {
  const drivers = () => livingDrivers(handle);
  for (const pid of await drivers()) signalProcess(pid, 'SIGTERM');
  if (!(await allGone(drivers, graceMs, pause))) {
    for (const pid of await drivers()) signalProcess(pid, 'SIGKILL');
    await allGone(drivers, Number.POSITIVE_INFINITY, pause);
  }
  const python = () => livingPython(handle);
  if (!(await allGone(python, PYTHON_ENDS_WITHIN_MS, pause))) {
    for (const pid of await python()) signalProcess(pid, 'SIGKILL');
    await allGone(python, Number.POSITIVE_INFINITY, pause);
  }
  await rm(new RunFolder(handle.runFolder).scratchFolder, { recursive: true, force: true });
}

/** Pids of the living drivers of a start: the one in the handle, and the one that claimed the folder before it. */
async function livingDrivers({ pid, startTime, runFolder }: SparkHandle): Promise<number[]> {
  const folder = new RunFolder(runFolder);
  const living = new Set<number>();
  if ((await processFacts(pid))?.startTime === startTime) living.add(pid);
  const claim = await folder.claim();
  if (claim !== null && (await isOf(folder, claim.pid))) living.add(claim.pid);
  return [...living];
}

async function livingPython({ runFolder }: SparkHandle): Promise<number[]> {
  const folder = new RunFolder(runFolder);
  const claim = await folder.claim();
  return claim !== null && (await isOf(folder, claim.python)) ? [claim.python] : [];
}

/** Whether a process lives and was started for this folder; a later process with its pid has another command. */
async function isOf(folder: RunFolder, pid: number): Promise<boolean> {
  return (await processFacts(pid))?.command.includes(folder.settingsFile) === true;
}

async function allGone(living: () => Promise<number[]>, withinMs: number, pause: Pause): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while ((await living()).length > 0) {
    if (Date.now() >= deadline) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
}

async function waitFor(ms: number): Promise<void> {
  await sleep(ms);
}
