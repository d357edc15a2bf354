import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { offsetCount } from '../contracts/offsets';
import type { LocalSpark } from './driver-command';
import { jobSettings, startsFolder } from './job-settings';
import { notedDrivers } from './noted-drivers';
import { RunFolder } from './run-folder';
import type { SparkAdapter } from './spark-adapter';
import type { SparkHandle, SubmitSparkJobInput } from './types';

export interface SparkDependencies extends LocalSpark {
  /** Kafka brokers, separated by commas. */
  readonly bootstrap: string;
  /** Folder of run folders and checkpoints; must survive the worker. */
  readonly sparkState: string;
}

/** What a driver of another start gets before it is killed; its last micro-batch is repeated anyway. */
const RIVAL_GRACE_MS = 5_000;
/** 50,000 records cost 61 CPU seconds with the quick compiler alone, 82 with both; 2,000 cost 32 and 62. */
const BRIEF_RECORDS = 100_000;

/**
 * Starts a driver on the run's checkpoint; repeating it finds the driver that was started. A driver of another start
 * that still works on this checkpoint is ended first: both would write the same micro-batch.
 *
 * @throws SparkFailed when the driver's process cannot be started
 */
export async function submitSparkJob(
  adapter: SparkAdapter,
  { bootstrap, sparkState }: SparkDependencies,
  input: SubmitSparkJobInput,
): Promise<SparkHandle> {
  const starts = startsFolder(sparkState, input.plan);
  const runFolder = join(starts, String(input.start));
  const settings = jobSettings(input, { bootstrap, sparkState, runFolder });
  for (const rival of await notedDrivers(dirname(starts))) {
    if (rival.runFolder === runFolder) continue;
    const { checkpoint } = (await new RunFolder(rival.runFolder).settings()) ?? {};
    if (checkpoint === settings.checkpoint) await adapter.stop(rival, RIVAL_GRACE_MS, heartbeatAndWait);
  }
  return adapter.submit({ runFolder, settings, memoryMb: input.plan.driverMemoryMb, brief: isBrief(input) });
}

/** Whether at most `BRIEF_RECORDS` are to be done; false where nobody knows. */
function isBrief({ rawFrom, rawUntil }: SubmitSparkJobInput): boolean {
  if (rawFrom === 'earliest' || rawUntil === undefined || rawUntil === null) return false;
  return offsetCount(rawFrom, rawUntil) <= BRIEF_RECORDS;
}

/** Throws where the activity is cancelled. */
export async function heartbeatAndWait(ms: number): Promise<void> {
  const context = Context.current();
  context.heartbeat();
  await context.sleep(ms);
}
