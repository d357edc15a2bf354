import type { IndexLaneInput, IndexLaneResult, RefusedPartition } from '../../activities/indexing/lane';

/** What a lane returns that has indexed everything up to these ends, or to its own bound. */
export function laneResult(
  { from, until }: Pick<IndexLaneInput, 'from' | 'until'>,
  ends: Readonly<Record<string, number>>,
  change: Partial<IndexLaneResult> = {},
): IndexLaneResult {
  const passed = Object.entries(from).map(([partition, { next, last }]) => {
    const end = ends[partition] ?? 0;
    const to = Math.max(Number(next), Math.min(end, Number(until?.[partition] ?? end)));
    return { partition, position: { next: String(to), last }, read: to - Number(next), lag: Math.max(0, end - to) };
  });
  const sum = (name: 'read' | 'lag'): number => passed.reduce((total, each) => total + each[name], 0);
  const read = sum('read');
  return {
    positions: Object.fromEntries(passed.map(({ partition, position }) => [partition, position])),
    counts: { read, indexed: read, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 },
    lag: sum('lag'),
    latency: {},
    partitions: Object.keys(ends).length,
    refused: [],
    ...change,
  };
}

/** The refusal of a partition whose first records are gone. */
export const REMOVED: RefusedPartition = {
  partition: '0',
  type: 'OffsetOutOfRange',
  reason: 'OffsetOutOfRange: removed by retention',
  readableFrom: null,
};
