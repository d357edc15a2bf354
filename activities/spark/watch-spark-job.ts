import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { PartitionOffsets } from '../contracts/offsets';
import { pipelineFailure } from '../contracts/failures';
import { readCheckpoint } from './checkpoint';
import { pollDriver } from './driver-process';
import { checkpointFolder } from './job-settings';
import { lastLogLines } from './log-tail';
import { RunFolder } from './run-folder';
import type { SparkHandle, SparkState, WatchSparkJobInput } from './types';

const POLL_MS = 250;

/**
 * Watches a driver until it ends, `until` is committed or `maxMs` is over, and renews its lease meanwhile.
 *
 * A retry watches the same driver; when the worker shuts down, the driver continues.
 *
 * @throws SparkFailed when the checkpoint or the run folder cannot be read
 */
export async function watchSparkJob(
  sparkState: string,
  { handle, plan, until, maxMs }: WatchSparkJobInput,
): Promise<SparkState> {
  const context = Context.current();
  const deadlineMs = Date.now() + maxMs;
  const folder = checkpointFolder(sparkState, plan);
  try {
    for (;;) {
      context.heartbeat();
      // Polled before the checkpoint is read, which then contains the last commit of a driver that has ended.
      const driver = await pollDriver(handle);
      const checkpoint = await readCheckpoint(folder);
      const isReached = until !== null && checkpoint.committed !== null && covers(checkpoint.committed, until);
      if (!driver.running || isReached || Date.now() >= deadlineMs) {
        return {
          ...driver,
          ...checkpoint,
          droppedByWatermark: await droppedByWatermark(handle),
          lastLogLines: driver.running ? [] : await lastLogLines(new RunFolder(handle.runFolder).logFile),
        };
      }
      await context.sleep(POLL_MS);
    }
  } catch (error) {
    context.cancellationSignal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The Spark job of ${plan.name} cannot be watched (${reason}).`;
    throw pipelineFailure('SparkFailed', message, { cause: error });
  }
}

/** Sums over all starts of the run. */
async function droppedByWatermark({ runFolder }: SparkHandle): Promise<number> {
  const starts = await readdir(dirname(runFolder));
  const reports = await Promise.all(
    starts.map((start) => new RunFolder(join(dirname(runFolder), start)).read('progress')),
  );
  return reports.reduce((sum, progress) => sum + (progress?.droppedByWatermark ?? 0), 0);
}

function covers(committed: PartitionOffsets, until: PartitionOffsets): boolean {
  return Object.entries(until).every(([partition, end]) => BigInt(committed[partition] ?? 0) >= BigInt(end));
}
