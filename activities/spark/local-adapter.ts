import { execFile, spawn } from 'node:child_process';
import { mkdir, open, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pipelineFailure } from '../failures';
import { runFiles } from './job-settings';
import { processFacts, signalProcess } from './process-life';
import { RunFolder, writeWhole } from './run-folder';
import type { DriverRequest, DriverState, Pause, SparkAdapter, SparkHandle } from './types';

const run = promisify(execFile);

const CORES = 2;
const POLL_MS = 100;
/** A claim follows its process by the seconds that a JVM and Python take to start. */
const ENDED = 'ended';

export interface LocalSpark {
  /** Python that has pyspark. */
  readonly python: string;
  /** Kafka connector jars. */
  readonly jars: readonly string[];
  readonly jobFile: string;
  /** Inherited by drivers, for example PATH and JAVA_HOME. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Drivers as detached processes of this machine: they outlive the worker and are found again by their run folder. */
export function localAdapter(spark: LocalSpark): SparkAdapter {
  return {
    submit: (request) => submit(spark, request),
    poll,
    stop: stopDriver,
  };
}

async function submit(spark: LocalSpark, request: DriverRequest): Promise<SparkHandle> {
  const folder = new RunFolder(request.runFolder);
  const known = await startedDriver(folder);
  if (known !== null) return known;
  await mkdir(folder.scratchFolder, { recursive: true });
  await writeFile(request.settings.leaseFile, '');
  await writeWhole(folder.settingsFile, request.settings);
  const pid = await spawnDriver(spark, request, folder);
  const startTime = (await processFacts(pid))?.startTime ?? ENDED;
  await folder.writeDriver({ pid, startTime });
  return { adapter: 'local', pid, startTime, runFolder: folder.path };
}

/** The driver of an earlier submission; a worker that died before it wrote it down left the driver's own claim. */
async function startedDriver(folder: RunFolder): Promise<SparkHandle | null> {
  const driver = await folder.driver();
  if (driver !== null) return { adapter: 'local', ...driver, runFolder: folder.path };
  const claim = await folder.claim();
  if (claim === null) return null;
  const startTime = (await processFacts(claim.pid))?.startTime ?? ENDED;
  return { adapter: 'local', pid: claim.pid, startTime, runFolder: folder.path };
}

/** @returns pid of the driver: spark-submit becomes its JVM */
async function spawnDriver(spark: LocalSpark, { memoryMb }: DriverRequest, folder: RunFolder): Promise<number> {
  const log = await open(folder.logFile, 'a');
  try {
    const child = spawn(await sparkSubmit(spark), submitArguments(spark, memoryMb, folder), {
      cwd: folder.path,
      detached: true,
      env: { ...spark.environment, PYSPARK_PYTHON: spark.python, SPARK_LOCAL_IP: '127.0.0.1' },
      stdio: ['ignore', log.fd, log.fd],
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    return child.pid ?? Number.NaN;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw pipelineFailure(
      'SparkFailed',
      `A Spark driver could not be started with ${spark.python} (${reason}).`,
      error,
    );
  } finally {
    await log.close();
  }
}

function submitArguments({ jars, jobFile }: LocalSpark, memoryMb: number, folder: RunFolder): string[] {
  const conf = {
    'spark.ui.enabled': 'false',
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.local.dir': folder.scratchFolder,
  };
  return [
    ...['--master', `local[${CORES}]`, '--driver-memory', `${memoryMb}m`, '--jars', jars.join(',')],
    ...Object.entries(conf).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    ...[jobFile, '--settings', folder.settingsFile],
  ];
}

/** `spark-submit` of the pyspark that this Python has. */
async function sparkSubmit({ python, environment }: LocalSpark): Promise<string> {
  const { stdout } = await run(python, ['-c', 'import pyspark; print(pyspark.__path__[0])'], { env: environment });
  return join(stdout.trim(), 'bin', 'spark-submit');
}

async function poll(handle: SparkHandle): Promise<DriverState> {
  const folder = new RunFolder(handle.runFolder);
  const now = new Date();
  await utimes(runFiles(handle.runFolder).leaseFile, now, now).catch(() => undefined);
  if (await isAlive(handle)) return { running: true, exitOk: null };
  await rm(folder.scratchFolder, { recursive: true, force: true });
  return { running: false, exitOk: (await folder.result())?.ok === true };
}

/** Ends a driver and its Python process, hard after `graceMs`; repeating it changes nothing. */
export async function stopDriver(
  handle: SparkHandle,
  graceMs: number,
  pause: Pause = (ms) => sleep(ms),
): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isAlive(handle))) break;
    signalProcess(handle.pid, signal);
    const deadlineMs = Date.now() + graceMs;
    while ((await isAlive(handle)) && Date.now() < deadlineMs) await pause(POLL_MS);
  }
  await endPython(new RunFolder(handle.runFolder));
}

/** Python notices within a second that its JVM is gone; this spares the wait. */
async function endPython(folder: RunFolder): Promise<void> {
  const claim = await folder.claim();
  if (claim === null) return;
  const facts = await processFacts(claim.python);
  if (facts?.command.includes(folder.settingsFile) === true) signalProcess(claim.python, 'SIGKILL');
}

async function isAlive({ pid, startTime }: SparkHandle): Promise<boolean> {
  return (await processFacts(pid))?.startTime === startTime;
}
