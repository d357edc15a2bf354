import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { PipelinePlan } from '../contracts/plan';
import { assertUnchanged, openFile, type FileFacts } from './file/file-identity';
import { readRecords, type FileRecord } from './file/file-rows';
import { yieldToEventLoop, lastHeartbeat } from '../heartbeat';
import { Pace } from './pace';
import { batchCountsSchema, NO_COUNTS, publishBatch, sourceOf, type SourceDependencies } from './publish-batch';

export interface PublishFileRangeInput {
  readonly plan: PipelinePlan;
  readonly facts: FileFacts;
  /** On a record boundary; 0 for the first range. */
  readonly byteFrom: number;
  /** Number of the record that starts there. */
  readonly rowFrom: number;
  readonly maxRecords: number;
  /** Epoch ms at which the record of `rowFrom` is due if there is a rate; default: the start of the attempt. */
  readonly startedAtMs?: number;
}

/** Heartbeat details: where the next batch or range starts, and what was published so far. */
const progressSchema = batchCountsSchema.extend({ byteNext: z.int().min(0), rowNext: z.int().min(0) });

type Progress = Readonly<z.infer<typeof progressSchema>>;

export interface FilePublishResult extends Progress {
  /** Whether the end of the file is reached. */
  readonly done: boolean;
}

const MAX_BATCH_RECORDS = 1_000;

/**
 * Publishes up to `maxRecords` records of a file in batches, at the rate of the source.
 *
 * A retry continues after the last batch that was heartbeaten, and may publish records again with the same ids and bytes.
 *
 * @throws SourceChanged when the file is no longer the one that was inspected
 * @throws SourceMissing when it no longer exists
 * @throws SourceMalformed when a quoted cell of a CSV is not closed
 * @throws ServiceUnavailable when Kafka did not acknowledge
 */
export async function publishFileRange(
  { kafka, crash }: SourceDependencies,
  input: PublishFileRangeInput,
): Promise<FilePublishResult> {
  const { plan, facts, rowFrom, maxRecords, startedAtMs } = input;
  const { path, ratePerSecond } = sourceOf(plan, 'file');
  const rowEnd = rowFrom + maxRecords;
  let progress = startingPoint(input);
  const heartbeat = () => {
    Context.current().heartbeat(progress);
  };
  const pace = new Pace(ratePerSecond, { startedAtMs, from: rowFrom, next: progress.rowNext });
  const file = await openFile(path);
  try {
    await assertUnchanged(path, facts, heartbeat);
    const start = { byteFrom: progress.byteNext, rowFrom: progress.rowNext };
    const groups = readRecords(file, { ...facts, path }, plan.rules.fields, start);
    for await (const batch of batches(groups, pace.batchSize(MAX_BATCH_RECORDS), rowEnd - progress.rowNext)) {
      await pace.due(progress.rowNext + batch.length - 1, heartbeat);
      const counts = await publishBatch(kafka, plan, batch, progress);
      crash('source');
      const byteNext = batch.at(-1)?.end ?? progress.byteNext;
      progress = { ...counts, byteNext, rowNext: progress.rowNext + batch.length };
      heartbeat();
      await yieldToEventLoop();
    }
    await assertUnchanged(path, facts, heartbeat);
  } finally {
    await file.close();
  }
  return { ...progress, done: progress.rowNext < rowEnd || progress.byteNext >= facts.bytes };
}

/** The last heartbeat of an earlier attempt if it lies in the range, otherwise the start of the range. */
function startingPoint({ byteFrom, rowFrom, maxRecords, facts }: PublishFileRangeInput): Progress {
  const inRange = progressSchema.refine(
    ({ byteNext, rowNext }) =>
      byteNext >= byteFrom && byteNext <= facts.bytes && rowNext >= rowFrom && rowNext <= rowFrom + maxRecords,
  );
  return lastHeartbeat(inRange) ?? { ...NO_COUNTS, byteNext: byteFrom, rowNext: rowFrom };
}

/** Splits groups into batches of at most `size`, up to `limit` records in total. */
async function* batches(
  groups: AsyncIterable<readonly FileRecord[]>,
  size: number,
  limit: number,
): AsyncGenerator<readonly FileRecord[]> {
  let left = limit;
  if (left === 0) return;
  for await (const group of groups) {
    for (let from = 0; from < group.length; from += size) {
      const batch = group.slice(from, Math.min(from + size, from + left));
      yield batch;
      left -= batch.length;
      if (left === 0) return;
    }
  }
}
