import type { IndexSliceInput } from './slice';

/**
 * Where a slice ends: at its bound, the end of the log or its record budget, whichever comes first.
 *
 * @param end - decimal offset after the last record that the partition holds
 */
export function sliceEnd(
  { from, until, maxRecords }: Pick<IndexSliceInput, 'from' | 'until' | 'maxRecords'>,
  end: string,
): string {
  const wanted = until === null || BigInt(until) > BigInt(end) ? BigInt(end) : BigInt(until);
  const limit = BigInt(from) + BigInt(maxRecords);
  return String(wanted < limit ? wanted : limit);
}
