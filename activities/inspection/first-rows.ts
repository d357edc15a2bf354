import { ApplicationFailure } from '@temporalio/common';
import { MAX_SAMPLE_BYTES, MAX_SAMPLE_RECORDS } from './sample';

/**
 * Returns the rows of a sample, and what is wrong with the one that cannot be read after them.
 *
 * Any error that is no failure of the source is thrown.
 */
export async function firstRows<Row>(
  groups: AsyncIterable<readonly Row[]>,
  bytesOf: (row: Row) => Buffer,
  maxRows = MAX_SAMPLE_RECORDS,
): Promise<{ readonly rows: Row[]; readonly problem: readonly string[] }> {
  const rows: Row[] = [];
  let bytes = 0;
  try {
    for await (const group of groups) {
      for (const row of group) {
        if (rows.length >= maxRows || bytes > MAX_SAMPLE_BYTES) return { rows, problem: [] };
        rows.push(row);
        bytes += bytesOf(row).length;
      }
    }
    return { rows, problem: [] };
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === 'SourceMalformed')
      return { rows, problem: [error.message] };
    throw error;
  }
}
