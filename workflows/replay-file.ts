import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PipelinePlan } from '../activities/contracts/plan';
import type { FileFacts } from '../activities/sources/inspect-file';
import { MAX_HISTORY_EVENTS, RECORD_WORK, WHOLE_RUN } from './policies';
import { add, NO_TOTALS, type StageTotals } from './progress';
import { dueFrom, type SourceResult } from './simulate-readings';
import { Telling } from './telling';

/** Rows published by one activity when there is no rate. */
const FULL_SPEED_ROWS = 10_000;
/** One activity publishes about so much at a given rate. */
const PACED_RANGE_SECONDS = 10;

export interface ReplayFileInput {
  readonly plan: PipelinePlan;
  /** Where the execution before this one stood. */
  readonly carried?: {
    readonly facts: FileFacts;
    readonly byteFrom: number;
    readonly rowFrom: number;
    readonly totals: StageTotals;
    readonly startedMs: number;
  };
}

/**
 * Publishes a file, range by range, each beginning at the byte where the one before ended.
 *
 * The file's sha256 is taken first; should the file change on the way, the workflow fails with `SourceChanged`.
 */
export async function replayFile({ plan, carried }: ReplayFileInput): Promise<SourceResult> {
  const { source, hostTaskQueue: taskQueue } = plan;
  if (source.kind !== 'file') throw new TypeError(`expected a file source, got ${source.kind}`);
  const { inspectFile } = proxyActivities<Activities>({ ...WHOLE_RUN, taskQueue });
  const { publishFileRange } = proxyActivities<Activities>({ ...RECORD_WORK, taskQueue });

  let { byteFrom, rowFrom, totals } = carried ?? { byteFrom: 0, rowFrom: 0, totals: NO_TOTALS };
  const startedMs = carried?.startedMs ?? Date.now();
  const telling = new Telling('source', startedMs, () => totals);
  const facts = carried?.facts ?? (await inspectFile({ plan }));
  const maxRecords = rowsPerRange(source.ratePerSecond);

  for (let done = false; !done;) {
    const result = await publishFileRange({
      plan,
      facts,
      byteFrom,
      rowFrom,
      maxRecords,
      ...dueFrom(source.ratePerSecond, startedMs, rowFrom),
    });
    ({ byteNext: byteFrom, rowNext: rowFrom, done } = result);
    const { published, deadLetters, bytes } = result;
    totals = add(totals, { in: published + deadLetters, out: published, deadLetters, bytes }, 0, Date.now());
    await telling.sometimes();
    if (!done && workflowInfo().historyLength > MAX_HISTORY_EVENTS) {
      await continueAsNew<typeof replayFile>({ plan, carried: { facts, byteFrom, rowFrom, totals, startedMs } });
    }
  }
  await telling.now();
  return { totals, sha256: facts.sha256 };
}

function rowsPerRange(ratePerSecond: number | null): number {
  return ratePerSecond === null ? FULL_SPEED_ROWS : Math.ceil(ratePerSecond * PACED_RANGE_SECONDS);
}
