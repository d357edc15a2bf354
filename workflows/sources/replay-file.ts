import { allHandlersFinished, condition, continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { FileSource } from '../../activities/contracts/pipeline-input';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { FileFacts } from '../../activities/sources/file/file-identity';
import { MAX_HISTORY_EVENTS, RECORD_WORK, WHOLE_RUN } from '../policies';
import { addTotals, NO_TOTALS, type StageTotals } from '../control/progress';
import type { SourceResult } from './simulate-readings';
import { SourcePacing, type CarriedSource } from './source-pacing';

/** Rows published by one activity when there is no rate. */
const FULL_SPEED_ROWS = 10_000;

export interface ReplayFileInput {
  readonly plan: PipelinePlan;
  /** State of the execution before this one. */
  readonly carried?: {
    readonly facts: FileFacts;
    readonly byteFrom: number;
    readonly rowFrom: number;
    readonly totals: StageTotals;
    readonly startedMs: number;
    readonly pacing?: CarriedSource;
  };
}

/**
 * Publishes a file, range by range, each beginning at the byte where the one before ended.
 *
 * The file's sha256 is taken first; if the file changes meanwhile, the workflow fails with `SourceChanged`.
 */
export async function replayFile({ plan, carried }: ReplayFileInput): Promise<SourceResult> {
  const { hostTaskQueue: taskQueue } = plan;
  const source = fileSourceOf(plan);
  const { inspectFile } = proxyActivities<Activities>({ ...WHOLE_RUN, taskQueue });
  const { publishFileRange } = proxyActivities<Activities>({ ...RECORD_WORK, taskQueue });

  const state = carried ?? { byteFrom: 0, rowFrom: 0, totals: NO_TOTALS, startedMs: Date.now() };
  const { startedMs } = state;
  let { byteFrom, rowFrom, totals } = state;
  const pacing = new SourcePacing({ ...source, startedMs, totals: () => totals, next: () => rowFrom }, carried?.pacing);
  const facts = carried?.facts ?? (await inspectFile({ plan }));

  let done = false;
  while (!done && (await pacing.mayPublish())) {
    const { ratePerSecond } = pacing;
    const result = await publishFileRange({
      plan: { ...plan, source: { ...source, ratePerSecond } },
      facts,
      byteFrom,
      rowFrom,
      maxRecords: pacing.rangeSize(FULL_SPEED_ROWS),
      ...pacing.due(),
    });
    ({ byteNext: byteFrom, rowNext: rowFrom, done } = result);
    const { published, deadLetters, bytes } = result;
    totals = addTotals(totals, { in: published + deadLetters, out: published, deadLetters, bytes }, 0, Date.now());
    await pacing.reportIfDue();
    if (!done && workflowInfo().historyLength > MAX_HISTORY_EVENTS) {
      await condition(allHandlersFinished);
      const carriedOn = { facts, byteFrom, rowFrom, totals, startedMs, pacing: pacing.carried };
      await continueAsNew<typeof replayFile>({ plan, carried: carriedOn });
    }
  }
  await pacing.report();
  return { totals, sha256: facts.sha256, ...(done ? {} : { stoppedAt: rowFrom }) };
}

function fileSourceOf({ source }: PipelinePlan): FileSource {
  if (source.kind !== 'file') throw new TypeError(`expected a file source, got ${source.kind}`);
  return source;
}
