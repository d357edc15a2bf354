import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ApplicationFailure } from '@temporalio/common';
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
  const bytes = (): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: 256 * 1024, signal });
  try {
    // Read twice, since a decompressor may stop before the end.
    const found = await digestOf(bytes());
    if (found !== sha256) throw changed(path, sha256, found);
    const counter = createRowCounter(format, dialect);
    for await (const text of decodedText(bytes(), dialect.encoding)) counter.push(text);
    return counter.rows();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApplicationFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const details = { path, cause: error };
    throw pipelineFailure('SourceMissing', `The file ${path} cannot be counted again: ${reason}.`, details);
  }
}

async function digestOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

function changed(path: string, expected: string, found: string): ApplicationFailure {
  const message =
    `The file ${path} changed since it was published: expected sha256 ${expected}, got ${found}. ` +
    'Restore the old content, or run the pipeline again with the new one.';
  return pipelineFailure('SourceChanged', message, { path });
}
