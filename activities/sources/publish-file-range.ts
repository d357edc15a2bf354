import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { PipelinePlan } from '../contracts/plan';
import { fileDialect } from '../contracts/file-dialect';
import { assertUnchanged, openFile, type FileFacts } from './file/file-identity';
import { readRecords, type FileRecord } from './file/file-rows';
import { textBytes } from './file/file-text';
import { yieldToEventLoop, lastHeartbeat } from '../heartbeat';
import { Pace } from './pace';
import {
  batchCountsSchema,
  NO_COUNTS,
  publishBatch,
  sourceKey,
  sourceOf,
  type SourceDependencies,
} from './publish-batch';

export interface PublishFileRangeInput {
  readonly plan: PipelinePlan;
  readonly facts: FileFacts;
  /** Position in the text of the file, on a record boundary; 0 for the first range. */
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
 * What was appended to the file since it was inspected is not read. A file that has grown is read again as a whole by its
 * first and its last range only: that it has grown must not make every range as slow as the whole file.
 *
 * @throws SourceChanged when the file no longer has, or no longer begins with, the bytes that were inspected
 * @throws SourceMissing when it no longer exists
 * @throws SourceMalformed when a quoted cell of a CSV is not closed
 * @throws ProtectKeyMissing when the worker does not have the key of protected values
 * @throws ServiceUnavailable when Kafka did not acknowledge
 */
export async function publishFileRange(
  dependencies: SourceDependencies,
  input: PublishFileRangeInput,
): Promise<FilePublishResult> {
  const { kafka, crash } = dependencies;
  const { plan, facts, rowFrom, maxRecords, startedAtMs } = input;
  const key = await sourceKey(dependencies, plan);
  const source = sourceOf(plan, 'file');
  const { path, ratePerSecond } = source;
  const rowEnd = rowFrom + maxRecords;
  const file = await openFile(path);
  try {
    // Where a text ends that has to be decoded is known only when it is read.
    const { isPlain, mayGrow } = await textBytes({ file, path, ...fileDialect(source) });
    const byteEnd = isPlain ? facts.bytes : Number.MAX_SAFE_INTEGER;
    let progress = startingPoint(input, byteEnd);
    const heartbeat = () => {
      Context.current().heartbeat(progress);
    };
    const pace = new Pace(ratePerSecond, { startedAtMs, from: rowFrom, next: progress.rowNext });
    await assertUnchanged(path, facts, { mayGrow, isThorough: input.byteFrom === 0 }, heartbeat);
    const start = { byteFrom: progress.byteNext, rowFrom: progress.rowNext };
    const groups = readRecords(file, { source, facts, fields: plan.rules.fields }, start);
    for await (const batch of batches(groups, pace.batchSize(MAX_BATCH_RECORDS), rowEnd - progress.rowNext)) {
      await pace.due(progress.rowNext + batch.length - 1, heartbeat);
      const counts = await publishBatch(kafka, plan, batch, key, progress);
      crash('source');
      const byteNext = batch.at(-1)?.end ?? progress.byteNext;
      progress = { ...counts, byteNext, rowNext: progress.rowNext + batch.length };
      heartbeat();
      await yieldToEventLoop();
    }
    const done = progress.rowNext < rowEnd || progress.byteNext >= byteEnd;
    await assertUnchanged(path, facts, { mayGrow, isThorough: done }, heartbeat);
    return { ...progress, done };
  } finally {
    await file.close();
  }
}

/**
 * The last heartbeat of an earlier attempt if it lies in the range, otherwise the start of the range.
 *
 * @param byteEnd - where the text ends, or a later position
 */
function startingPoint({ byteFrom, rowFrom, maxRecords }: PublishFileRangeInput, byteEnd: number): Progress {
  const inRange = progressSchema.refine(
    ({ byteNext, rowNext }) =>
      byteNext >= byteFrom && byteNext <= byteEnd && rowNext >= rowFrom && rowNext <= rowFrom + maxRecords,
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
