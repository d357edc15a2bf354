import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileEventId, simulatedId, type PlannedIds, type PlannedRows } from '../contracts/planned-ids';
import { pipelineFailure } from '../contracts/failures';
import { fileDialect } from '../contracts/file-dialect';
import { decodedText } from './decoded-text';
import { createRowCounter } from './row-counter';

interface PlannedPositions {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly idAt: (position: number) => string;
}

/**
 * Returns every id that a source was to publish, each at one position.
 *
 * A file is read a second time, by a counter that shares no code with the publisher.
 *
 * @throws SourceMissing when the file can no longer be read
 * @throws SourceChanged when it is no longer the file that was published
 */
export async function plannedIds(plan: PlannedIds, signal: AbortSignal): Promise<PlannedPositions> {
  if (plan.kind === 'file') {
    const rows = await countRows(plan, signal);
    return { from: 0, to: Math.min(rows, plan.to ?? rows), idAt: (row) => fileEventId(plan.sha256, row) };
  }
  return { from: plan.from, to: plan.to, idAt: (sequence) => simulatedId(plan.run, sequence, plan.devices) };
}

async function countRows({ path, format, sha256, ...options }: PlannedRows, signal: AbortSignal): Promise<number> {
  const dialect = fileDialect(options);
  const counter = createRowCounter(format, dialect);
  const hash = createHash('sha256');
  const bytes: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 256 * 1024, signal });
  try {
    for await (const text of decodedText(bytes, dialect.encoding, (chunk) => hash.update(chunk))) counter.push(text);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const details = { path, cause: error };
    throw pipelineFailure('SourceMissing', `The file ${path} cannot be counted again: ${reason}.`, details);
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
