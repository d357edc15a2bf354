import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileEventId, simulatedId, type PlannedIds, type PlannedRows } from '../contracts/planned-ids';
import { pipelineFailure } from '../contracts/failures';
import { createRowCounter } from './row-counter';

const IDS_PER_BATCH = 1_000;

/**
 * Yields every id that a source was to publish, each once, in batches.
 *
 * A file is read a second time, by a counter that shares no code with the publisher.
 *
 * @throws SourceMissing when the file can no longer be read
 * @throws SourceChanged when it is no longer the file that was published
 */
export async function* plannedIds(plan: PlannedIds, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  if (plan.kind === 'file') {
    const rows = await countRows(plan, signal);
    yield* batches(0, Math.min(rows, plan.to ?? rows), (row) => fileEventId(plan.sha256, row));
  } else {
    yield* batches(plan.from, plan.to, (sequence) => simulatedId(plan.run, sequence, plan.devices));
  }
}

function* batches(from: number, to: number, id: (position: number) => string): Generator<readonly string[]> {
  for (let first = from; first < to; first += IDS_PER_BATCH) {
    const length = Math.min(IDS_PER_BATCH, to - first);
    yield Array.from({ length }, (_, index) => id(first + index));
  }
}

async function countRows({ path, format, sha256 }: PlannedRows, signal: AbortSignal): Promise<number> {
  const counter = createRowCounter(format);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024, signal }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      counter.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw pipelineFailure('SourceMissing', `The file ${path} cannot be counted again: ${reason}.`, {
      path,
      cause: error,
    });
  }
  const found = hash.digest('hex');
  if (found === sha256) return counter.rows();
  throw pipelineFailure(
    'SourceChanged',
    `The file ${path} changed since it was published: expected sha256 ${sha256}, got ${found}. ` +
      'Restore the old content, or run the pipeline again with the new one.',
    { path },
  );
}
