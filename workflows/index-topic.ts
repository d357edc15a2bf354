import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PartitionOffsets } from '../activities/contracts/offsets';
import { finishSignal } from './messages';
import { MAX_HISTORY_EVENTS, RECORD_WORK } from './policies';
import { add, NO_TOTALS, type StageName, type StageTotals } from './progress';
import { Telling } from './telling';

/** Offsets of one activity: some seconds of work, so that progress shows and a history stays short. */
const SLICE_RECORDS = 20_000;
const FIRST_IDLE_MS = 1_000;

export interface IndexTopicInput {
  readonly stream: Exclude<StageName, 'source' | 'spark'>;
  readonly topic: string;
  readonly alias: string;
  /** Null for the dead-letter topic itself. */
  readonly deadLetterTopic: string | null;
  readonly ioTaskQueue: string;
  /** An idle partition is looked at again at least so often. */
  readonly maxIdleMs: number;
  /** The checkpoint: next offset per partition. */
  readonly next: PartitionOffsets;
  /** Where the execution before this one stood. */
  readonly carried?: {
    readonly until: PartitionOffsets | null;
    readonly totals: StageTotals;
    readonly startedMs: number;
  };
}

export interface IndexTopicResult {
  readonly next: PartitionOffsets;
  readonly totals: StageTotals;
}

/**
 * Indexes a topic, one loop per partition, until the offsets of the `finish` signal, or until it is cancelled.
 *
 * The checkpoint is the workflow's own state, carried from execution to execution.
 */
export async function indexTopic(input: IndexTopicInput): Promise<IndexTopicResult> {
  const { topic, alias, deadLetterTopic, maxIdleMs } = input;
  const { indexSlice } = proxyActivities<Activities>({ ...RECORD_WORK, taskQueue: input.ioTaskQueue });

  const next: Record<string, string> = { ...input.next };
  const lags: Record<string, number> = {};
  const startedMs = input.carried?.startedMs ?? Date.now();
  let until = input.carried?.until ?? null;
  let totals = input.carried?.totals ?? NO_TOTALS;
  const telling = new Telling(input.stream, startedMs, () => totals);
  setHandler(finishSignal, (offsets) => {
    until = offsets;
  });

  const isFinished = (partition: string): boolean =>
    until !== null && BigInt(next[partition] ?? 0) >= BigInt(until[partition] ?? 0);

  const followPartition = async (partition: string): Promise<void> => {
    let idleMs = FIRST_IDLE_MS;
    while (!isFinished(partition) && workflowInfo().historyLength <= MAX_HISTORY_EVENTS) {
      const bound = until;
      const from = next[partition] ?? '0';
      const range = { topic, partition: Number(partition), from, until: bound?.[partition] ?? null };
      const slice = await indexSlice({ ...range, maxRecords: SLICE_RECORDS, alias, deadLetterTopic });
      next[partition] = slice.next;
      lags[partition] = Number(BigInt(slice.end) - BigInt(slice.next));
      const lag = Object.values(lags).reduce((sum, waiting) => sum + waiting, 0);
      const { read, indexed: out, ...counts } = slice.counts;
      totals = add(totals, { in: read, out, ...counts }, lag, Date.now());
      await telling.sometimes();
      if (slice.next !== from) {
        idleMs = FIRST_IDLE_MS;
      } else if (until === bound) {
        await condition(() => until !== bound, idleMs);
        idleMs = Math.min(idleMs * 2, maxIdleMs);
      }
    }
  };

  const partitions = Object.keys(next);
  await Promise.all(partitions.map(followPartition));
  if (!partitions.every(isFinished)) {
    await continueAsNew<typeof indexTopic>({ ...input, next, carried: { until, totals, startedMs } });
  }
  await telling.now();
  return { next, totals };
}
