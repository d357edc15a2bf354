import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { hasPassed, type PartitionOffsets } from '../contracts/offsets';
import { LIVE_HEARTBEAT_MS, pacedHeartbeat } from '../heartbeat';
import { isBug, pipelineFailure } from '../contracts/failures';
import type { KafkaGateway, TopicOffsets } from '../kafka';
import { initialOffsets, readCheckpoints } from './checkpoint';
import { ConnectionsWatch } from './connections-watch';
import type { ProtectedServers } from './driver-connections';
import { pollDriver, stopDriver } from './driver-process';
import { checkpointFolder, queryCheckpoints } from './job-settings';
import { lastLogLines } from './log-tail';
import { lostRecords, recreatedTopic } from './lost-records';
import { CONNECTIONS_CHANGED, withRemedy } from './refused-driver';
import { RunFolder } from './run-folder';
import { heartbeatAndWait } from './submit-spark-job';
import type { LostRecords, SparkHandle, SparkState, WatchSparkJobInput } from './types';

/** The end of a bounded run is noticed soon. */
const BOUNDED = { pollMs: 250, heartbeatMs: 0 };
const ENDING = { pollMs: 1_000, heartbeatMs: LIVE_HEARTBEAT_MS.ofWatch };
/** Without end: commits are further apart. */
const LIVE = { ...ENDING, pollMs: 3_000 };
/** Shorter than the time after which the activity must have sent a heartbeat. */
const MAX_ANSWER_MS = 5_000;
/** For the micro-batch of a driver whose connections have changed. */
const CHANGE_GRACE_MS = 20_000;
/** After this time a log that ends before the checkpoint is compared once more: a broker may just have become its leader. */
const CONFIRM_MS = 1_000;

interface WatchDependencies extends ProtectedServers {
  readonly kafka: KafkaGateway;
  readonly sparkState: string;
}

/**
 * Watches a driver until it ends, `until` is committed or `maxMs` is over, and renews its lease meanwhile. Then it compares
 * what the checkpoint reads next with what the topic has.
 *
 * A driver reads certificates and secrets once; when this worker's have changed, it is ended, and the next one has them.
 *
 * A retry watches the same driver; when the worker shuts down, the driver continues.
 *
 * @throws SparkFailed when the checkpoint or the run folder cannot be read
 */
export async function watchSparkJob(
  { kafka, sparkState, ...servers }: WatchDependencies,
  { handle, plan, until, maxMs }: WatchSparkJobInput,
): Promise<SparkState> {
  const context = Context.current();
  const deadlineMs = Date.now() + maxMs;
  const { pollMs, heartbeatMs } = paceOf(plan, until);
  const heartbeat = pacedHeartbeat(heartbeatMs);
  const queries = queryCheckpoints(checkpointFolder(sparkState, plan), plan);
  const connections = new ConnectionsWatch(servers, handle.runFolder);
  try {
    for (;;) {
      heartbeat();
      if (await connections.hasChanged()) await stopDriver(handle, CHANGE_GRACE_MS, heartbeatAndWait);
      // Polled before the checkpoint is read, which then contains the last commit of a driver that has ended.
      const driver = withReason(await pollDriver(handle), connections);
      const checkpoint = await readCheckpoints(queries);
      const isReached = until !== null && checkpoint.committed !== null && hasPassed(checkpoint.committed, until);
      if (!driver.running || isReached || Date.now() >= deadlineMs) {
        return { ...driver, ...checkpoint, ...(await factsOf({ kafka, handle, plan, queries }, driver, checkpoint)) };
      }
      await context.sleep(Math.min(pollMs, deadlineMs - Date.now()));
    }
  } catch (error) {
    context.cancellationSignal.throwIfAborted();
    throw unwatchable(plan.name, error);
  }
}

function paceOf({ rules }: WatchSparkJobInput['plan'], until: WatchSparkJobInput['until']): typeof BOUNDED {
  if (rules.bounded) return BOUNDED;
  return until === null ? LIVE : ENDING;
}

function unwatchable(name: string, error: unknown): Error {
  if (isBug(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return pipelineFailure('SparkFailed', `The Spark job of ${name} cannot be watched (${reason}).`, { cause: error });
}

function withReason<T extends Pick<SparkState, 'error'>>(polled: T, { isOutdated }: ConnectionsWatch): T {
  return { ...polled, error: isOutdated ? CONNECTIONS_CHANGED : withRemedy(polled.error) };
}

interface Watched extends Pick<WatchSparkJobInput, 'handle' | 'plan'> {
  readonly kafka: KafkaGateway;
  /** Checkpoint of each query. */
  readonly queries: readonly string[];
}

/** What is looked at once, when a watch ends. */
async function factsOf(
  { kafka, handle, plan, queries }: Watched,
  { running, error }: Pick<SparkState, 'running' | 'error'>,
  { committed }: Pick<SparkState, 'committed'>,
): Promise<Pick<SparkState, 'lost' | 'waiting' | 'droppedByWatermark' | 'lastLogLines'>> {
  const next = committed ?? (await initialOffsets(queries)) ?? {};
  const offsets = await offsetsInTime(kafka, plan.topics.raw);
  const isLost = (found: TopicOffsets | null): LostRecords | null =>
    found === null ? null : lostRecords(plan.topics.raw, next, found, running);
  const again = async (): Promise<TopicOffsets | null> => {
    await Context.current().sleep(CONFIRM_MS);
    return await offsetsInTime(kafka, plan.topics.raw);
  };
  return {
    lost: recreatedTopic(error) ?? (isLost(offsets) === null ? null : isLost(await again())),
    waiting: offsets === null ? null : waitingRecords(next, offsets),
    droppedByWatermark: await droppedByWatermark(handle),
    lastLogLines: running ? [] : await lastLogLines(new RunFolder(handle.runFolder).logFile),
  };
}

/** Null if Kafka does not tell; nothing is lost as long as it does not. */
async function offsetsInTime(kafka: KafkaGateway, topic: string): Promise<TopicOffsets | null> {
  const { sleep } = Context.current();
  const answered = kafka.offsets(topic).catch(() => null);
  return await Promise.race([answered, sleep(MAX_ANSWER_MS).then(() => null)]);
}

function waitingRecords(next: PartitionOffsets, { start, end }: TopicOffsets): number {
  const waiting = Object.entries(end).map(
    ([partition, to]) => BigInt(to) - BigInt(next[partition] ?? start[partition] ?? to),
  );
  return Number(waiting.reduce((sum, count) => (count > 0n ? sum + count : sum), 0n));
}

/** Sums over all starts of the run. */
async function droppedByWatermark({ runFolder }: SparkHandle): Promise<number> {
  const starts = await readdir(dirname(runFolder));
  const reports = await Promise.all(
    starts.map((start) => new RunFolder(join(dirname(runFolder), start)).read('progress')),
  );
  return reports.reduce((sum, progress) => sum + (progress?.droppedByWatermark ?? 0), 0);
}
