import { existsSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { pipelineFailure } from '../contracts/failures';
import { offsetCount } from '../contracts/offsets';
import { protectKeyOf } from '../protect-key';
import type { SparkInstallation } from './driver-command';
import { driverConnections, type ProtectedServers } from './driver-connections';
import { stopDriver, submitDriver } from './driver-process';
import { jobSettings, startsFolder } from './job-settings';
import { recordedDrivers } from './recorded-drivers';
import { RunFolder } from './run-folder';
import type { SparkHandle, SubmitSparkJobInput } from './types';

export interface SparkDependencies extends SparkInstallation, ProtectedServers {
  /** Kafka brokers, separated by commas. */
  readonly bootstrap: string;
  /** Absolute path of the key of protected values; null if none is configured. */
  readonly protectKeyFile: string | null;
  /** Folder of run folders and checkpoints; must survive the worker. */
  readonly sparkState: string;
}

/** Short, since the last micro-batch of the other driver is repeated anyway. */
const OTHER_DRIVER_GRACE_MS = 5_000;
/**
 * Up to here the C1 compiler alone takes less CPU than both: it saves about 8 seconds up to the end of the first
 * micro-batch, and costs up to 7 seconds more for each million records.
 */
const SMALL_RUN_RECORDS = 1_100_000;
/** While a file is read, its records are not counted yet. */
const SMALL_FILE_BYTES = 100_000_000;
/** The worker that checked the input had one. */
const NO_REGISTRY =
  'Expected a schema registry for a topic in Avro, but this worker has none: set SCHEMA_REGISTRY_URL in its environment, ' +
  'start it again and resume.';

/**
 * Starts a driver on the run's checkpoint; a retry returns the driver that was started. A driver of another start that
 * still runs on this checkpoint is ended first: both would write the same micro-batch. The log entry of a new generation,
 * which has no checkpoint yet, says from which offsets it reads.
 *
 * @throws ProtectKeyMissing when this worker does not have the key of protected values that the run began with
 * @throws SparkFailed when the driver's process cannot be started, or this worker lacks a schema registry that it needs
 * @throws AccessRefused when a file with a certificate or a secret cannot be read
 */
export async function submitSparkJob(spark: SparkDependencies, input: SubmitSparkJobInput): Promise<SparkHandle> {
  const { bootstrap, schemaRegistry, protectKeyFile, sparkState } = spark;
  const { protect } = input.plan.rules;
  if (protect !== undefined) await protectKeyOf(protectKeyFile, protect.keyFingerprint);
  const connections = connectionsFor(input, spark);
  const starts = startsFolder(sparkState, input.plan);
  const runFolder = join(starts, String(input.start));
  const { connectionsFile } = new RunFolder(runFolder);
  const places = { bootstrap, connectionsFile, protectKeyFile, sparkState, runFolder };
  const settings = jobSettings(input, { ...places, schemaRegistry: schemaRegistry?.url ?? null });
  for (const other of await recordedDrivers(dirname(starts))) {
    if (other.runFolder === runFolder) continue;
    const { checkpoint } = (await new RunFolder(other.runFolder).read('settings')) ?? {};
    if (checkpoint === settings.checkpoint) await stopDriver(other, OTHER_DRIVER_GRACE_MS, heartbeatAndWait);
  }
  if (input.accepted === 'TopicRecreated')
    await replaceCheckpoint(settings.checkpoint, `${input.plan.run}-${input.start}`);
  const isNew = !existsSync(settings.checkpoint);
  const handle = await submitDriver(spark, { runFolder, settings, connections, isSmall: isSmallRun(input) });
  const { generation, checkpoint, startingOffsets } = settings;
  const details = {
    pid: handle.pid,
    start: input.start,
    generation,
    checkpoint,
    ...(isNew ? { startingOffsets } : {}),
  };
  Context.current().log.info('Spark driver submitted', details);
  return handle;
}

function connectionsFor({ plan }: SubmitSparkJobInput, spark: ProtectedServers): string {
  if (plan.rules.valueFormat === 'avro' && spark.schemaRegistry === null)
    throw pipelineFailure('SparkFailed', NO_REGISTRY);
  try {
    return driverConnections(spark);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw pipelineFailure('AccessRefused', `The Spark driver cannot be started (${reason}).`, { cause: error });
  }
}

/** Moves a checkpoint aside, so that the driver creates a new one; repeating it changes nothing. */
async function replaceCheckpoint(checkpoint: string, start: string): Promise<void> {
  const replaced = `${checkpoint}-replaced-${encodeURIComponent(start)}`;
  if (existsSync(checkpoint) && !existsSync(replaced)) await rename(checkpoint, replaced);
}

/** True also for a run without end: its micro-batches are small. */
function isSmallRun({ plan, rawFrom, rawUntil }: SubmitSparkJobInput): boolean {
  if (rawFrom !== 'earliest' && rawUntil) return offsetCount(rawFrom, rawUntil) <= SMALL_RUN_RECORDS;
  const { source } = plan;
  if (source.kind === 'simulate') return (source.records ?? 0) <= SMALL_RUN_RECORDS;
  return source.kind === 'topic' || fileBytes(source.path) <= SMALL_FILE_BYTES;
}

/** 0 if there is no such file, which the source reports. */
function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** @throws CancelledFailure when the activity is cancelled */
export async function heartbeatAndWait(ms: number): Promise<void> {
  const context = Context.current();
  context.heartbeat();
  await context.sleep(ms);
}
