import type { PipelinePlan } from '../../activities/contracts/plan';
import type { FileFacts } from '../../activities/sources/file/file-identity';
import { continueAfterHandlers, isHistoryFull } from '../control/continue-as-new';
import { RECORD_WORK, WHOLE_RUN } from '../policies';
import { PacedSource, type CarriedSource, type SourceResult } from './paced-source';

/** Rows published by one activity when there is no rate. */
const FULL_SPEED_ROWS = 10_000;

export interface ReplayFileInput {
  readonly plan: PipelinePlan;
  /** State of the execution before this one. */
  readonly carried?: CarriedSource & { readonly facts: FileFacts; readonly byteFrom: number };
}

/**
 * Publishes a file, range by range, each beginning at the byte where the one before ended.
 *
 * Its length and sha256 are taken first: what is appended meanwhile is left for another run, and any other change fails the
 * workflow with `SourceChanged`.
 */
export async function replayFile({ plan, carried }: ReplayFileInput): Promise<SourceResult> {
  const { source, hostTaskQueue: taskQueue } = plan;
  if (source.kind !== 'file') throw new TypeError(`expected a file source, got ${source.kind}`);
  const paced = new PacedSource(source, carried);
  const { inspectFile } = paced.activities({ ...WHOLE_RUN, taskQueue });
  const facts = carried?.facts ?? (await inspectFile({ plan }));
  let byteFrom = carried?.byteFrom ?? 0;

  let isDone = false;
  while (!isDone && (await paced.mayPublish())) {
    const { next: rowFrom, ratePerSecond } = paced;
    const summary = `rows from ${rowFrom + 1}, byte ${byteFrom}`;
    const { publishFileRange } = paced.activities({ ...RECORD_WORK, taskQueue, summary });
    const { byteNext, rowNext, done, ...counts } = await publishFileRange({
      plan: { ...plan, source: { ...source, ratePerSecond } },
      facts,
      byteFrom,
      rowFrom,
      maxRecords: paced.rangeSize(FULL_SPEED_ROWS),
      ...paced.due(),
    });
    byteFrom = byteNext;
    isDone = done;
    await paced.advance(rowNext, counts);
    if (!isDone && isHistoryFull()) {
      await continueAfterHandlers<typeof replayFile>(() => [{ plan, carried: { ...paced.carried, facts, byteFrom } }]);
    }
  }
  const { sha256, bytes, notes } = facts;
  return await paced.result(isDone, { sha256, bytes, notes });
}
