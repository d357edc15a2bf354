import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { PartitionOffsets } from '../contracts/offsets';
import { pipelineFailure } from '../contracts/failures';
import { readCommitted, type Committed } from './checkpoint';
import { checkpointFolder } from './job-settings';
import { lastLogLines } from './log-tail';
import { RunFolder } from './run-folder';
import type { SparkAdapter } from './spark-adapter';
import type { SparkHandle, SparkState, WatchSparkJobInput } from './types';

const POLL_MS = 250;

/**
 * Watches a driver until it ends, `until` is committed or `maxMs` is over, and keeps its lease alive meanwhile.
 *
 * A repeated attempt watches the same driver; when the worker shuts down, the driver goes on.
 *
 * @throws SparkFailed when the checkpoint or the run folder cannot be read
 */
export async function watchSparkJob(
  adapter: SparkAdapter,
  sparkState: string,
  { handle, plan, until, maxMs }: WatchSparkJobInput,
): Promise<SparkState> {
  const context = Context.current();
  const deadlineMs = Date.now() + maxMs;
  const checkpoint = checkpointFolder(sparkState, plan);
  try {
    for (;;) {
      context.heartbeat();
      // Asked before the checkpoint is read: what a driver commits last stands there once it has ended.
      const driver = await adapter.poll(handle);
      const committed = await readCommitted(checkpoint);
      const isReached = until !== null && committed !== null && covers(committed.offsets, until);
      if (!driver.running || isReached || Date.now() >= deadlineMs) {
        return { ...driver, ...(await knownOf(handle, committed)), lastLogLines: await lastWords(handle, driver) };
      }
      await context.sleep(POLL_MS);
    }
  } catch (error) {
    context.cancellationSignal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw pipelineFailure('SparkFailed', `The Spark job of ${plan.name} cannot be watched (${reason}).`, {
      cause: error,
    });
  }
}

async function knownOf(
  handle: SparkHandle,
  committed: Committed | null,
): Promise<Omit<SparkState, 'running' | 'exitOk' | 'lastLogLines'>> {
  const starts = await readdir(dirname(handle.runFolder));
  const told = await Promise.all(
    starts.map((start) => new RunFolder(join(dirname(handle.runFolder), start)).progress()),
  );
  return {
    committed: committed?.offsets ?? null,
    lastBatch: committed?.batch ?? null,
    inputRows: committed?.passed ?? 0,
    droppedByWatermark: told.reduce((sum, progress) => sum + (progress?.droppedByWatermark ?? 0), 0),
  };
}

async function lastWords(handle: SparkHandle, { running }: { readonly running: boolean }): Promise<string[]> {
  return running ? [] : await lastLogLines(new RunFolder(handle.runFolder).logFile);
}

function covers(committed: PartitionOffsets, until: PartitionOffsets): boolean {
  return Object.entries(until).every(([partition, end]) => BigInt(committed[partition] ?? 0) >= BigInt(end));
}
