import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ApplicationFailure } from '@temporalio/common';
import { simulatedId, type PlannedIds, type PlannedRows } from '../contracts/planned-ids';
import { pipelineFailure } from '../contracts/failures';
import { fileDialect, type FileDialect } from '../contracts/file-dialect';
import { RowIds } from '../contracts/row-ids';
import { columnNames } from './column-names';
import { decodedText } from './decoded-text';
import { createRowReader } from './row-reader';

const READ_BYTES = 256 * 1024;
const IDS_PER_STEP = 1_000;

/**
 * Yields every id that a source was to publish, one after the other, in groups.
 *
 * A file is read a second time, by code that it does not share with the publisher; only a part of it is in memory.
 *
 * @throws SourceMissing when the file can no longer be read
 * @throws SourceChanged when it is no longer the file that was published
 */
export async function* plannedIds(plan: PlannedIds, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  if (plan.kind === 'file') {
    yield* plannedRows(plan, signal);
    return;
  }
  const { from, to, run, devices } = plan;
  for (let first = from; first < to; first += IDS_PER_STEP) {
    const count = Math.min(IDS_PER_STEP, to - first);
    yield Array.from({ length: count }, (_, index) => simulatedId(run, first + index, devices));
  }
}

/** Where the names of the columns are in the file, its first row is no row of the plan. */
async function* plannedRows(plan: PlannedRows, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const dialect = fileDialect(plan);
  const isNamed = plan.format === 'csv' && dialect.header === null;
  let ids = isNamed ? null : new RowIds({ ...plan, columns: dialect.header });
  let [number, left] = [0, plan.to ?? Infinity];
  for await (const read of rowsOf(plan, dialect, signal)) {
    const [header] = read;
    if (header === undefined) continue;
    const rows = ids === null ? read.slice(1) : read;
    const known = (ids ??= new RowIds({ ...plan, columns: columnNames(header.toString('utf8'), dialect) }));
    const planned = left < rows.length ? rows.slice(0, left) : rows;
    const first = number;
    number += planned.length;
    left -= planned.length;
    yield planned.map((row, index) => known.idOf(row, first + index));
    if (left === 0) return;
  }
}

async function* rowsOf(
  { path, format, bytes, sha256 }: PlannedRows,
  dialect: FileDialect,
  signal: AbortSignal,
): AsyncGenerator<readonly Buffer[]> {
  // What was appended later is not part of the plan.
  const content = (): AsyncIterable<Buffer> =>
    bytes === 0 ? Readable.from([]) : createReadStream(path, { end: bytes - 1, highWaterMark: READ_BYTES, signal });
  try {
    // Read twice, since a decompressor may stop before the end.
    const found = await digestOf(content());
    if (found !== sha256) throw changed(path, sha256, found);
    const reader = createRowReader(format, dialect);
    for await (const text of decodedText(content(), dialect.encoding)) yield reader.push(text);
    yield reader.end();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApplicationFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const details = { path, cause: error };
    throw pipelineFailure('SourceMissing', `The file ${path} cannot be read again: ${reason}.`, details);
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
