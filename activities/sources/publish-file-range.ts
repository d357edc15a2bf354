import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { PipelinePlan } from '../contracts/plan';
import { assertUnchanged, openFile } from './file/file-identity';
import { readRecords, type FileRecord } from './file/file-rows';
import { yieldToEventLoop, lastHeartbeat } from '../heartbeat';
import { fileSourceOf, type FileFacts } from './inspect-file';
import { Pace } from './pace';
import { publishBatch, type SourceDependencies } from './publish-batch';

export interface PublishFileRangeInput {
  readonly plan: PipelinePlan;
  readonly facts: FileFacts;
  /** On a record boundary; 0 for the first range. */
  readonly byteFrom: number;
  /** Number of the record that begins there. */
  readonly rowFrom: number;
  readonly maxRecords: number;
  /** Epoch ms at which the record of `rowFrom` is due under a rate; by default the start of the attempt. */
  readonly startedAtMs?: number;
}

export interface FilePublishResult {
  /** Where the next range begins. */
  readonly byteNext: number;
  readonly rowNext: number;
  /** Whether the file is read to its end. */
  readonly done: boolean;
  /** Raw records that Kafka acknowledged. */
  readonly published: number;
  readonly deadLetters: number;
  /** Keys and values of the raw records. */
  readonly bytes: number;
}

const count = z.int().min(0);
const progressSchema = z.strictObject({
  byteNext: count,
  rowNext: count,
  published: count,
  deadLetters: count,
  bytes: count,
});

type Progress = z.infer<typeof progressSchema>;
type Position = Pick<PublishFileRangeInput, 'byteFrom' | 'rowFrom'>;

const MAX_BATCH_RECORDS = 1_000;

/**
 * Publishes up to `maxRecords` records of a file, batch by batch, at the source's rate.
 *
 * A retry goes on after the last batch that a heartbeat told of, and may publish records again: same ids, same bytes.
 *
 * @throws SourceChanged when the file is no longer the one that was inspected
 * @throws SourceMissing when it is gone
 * @throws SourceMalformed when a quoted cell of a CSV never ends
 * @throws ServiceUnavailable when Kafka did not acknowledge
 */
export async function publishFileRange(
  { kafka, crash }: SourceDependencies,
  { plan, facts, byteFrom, rowFrom, maxRecords, startedAtMs }: PublishFileRangeInput,
): Promise<FilePublishResult> {
  const { path, ratePerSecond } = fileSourceOf(plan);
  const rowEnd = rowFrom + maxRecords;
  let progress = startingPoint({ byteFrom, rowFrom }, { byteFrom: facts.bytes, rowFrom: rowEnd });
  const beat = () => {
    Context.current().heartbeat(progress);
  };
  const pace = new Pace(
    ratePerSecond,
    startedAtMs ?? Date.now(),
    startedAtMs === undefined ? progress.rowNext : rowFrom,
  );
  const file = await openFile(path);
  try {
    await assertUnchanged(path, facts, beat);
    const groups = readRecords(file, { ...facts, path }, plan.rules.fields, {
      byteFrom: progress.byteNext,
      rowFrom: progress.rowNext,
    });
    for await (const batch of batches(groups, pace.batchSize(MAX_BATCH_RECORDS), rowEnd - progress.rowNext)) {
      await pace.due(progress.rowNext + batch.length - 1, beat);
      const sent = await publishBatch(kafka, plan, batch);
      crash('source');
      progress = {
        byteNext: batch.at(-1)?.end ?? progress.byteNext,
        rowNext: progress.rowNext + batch.length,
        published: progress.published + sent.published,
        deadLetters: progress.deadLetters + sent.deadLetters,
        bytes: progress.bytes + sent.bytes,
      };
      beat();
      await yieldToEventLoop();
    }
    await assertUnchanged(path, facts, beat);
  } finally {
    await file.close();
  }
  return { ...progress, done: progress.rowNext < rowEnd || progress.byteNext >= facts.bytes };
}

/** The last heartbeat of an earlier attempt where it lies in the range, else the range's beginning. */
function startingPoint(from: Position, to: Position): Progress {
  const inRange = progressSchema.refine(
    ({ byteNext, rowNext }) =>
      byteNext >= from.byteFrom && byteNext <= to.byteFrom && rowNext >= from.rowFrom && rowNext <= to.rowFrom,
  );
  const nothing = { byteNext: from.byteFrom, rowNext: from.rowFrom, published: 0, deadLetters: 0, bytes: 0 };
  return lastHeartbeat(inRange) ?? nothing;
}

/** Cuts groups into batches of at most `size`, up to `limit` records in all. */
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
