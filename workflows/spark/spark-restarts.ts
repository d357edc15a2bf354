import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { SparkState } from '../../activities/spark';

/** CrashLoop in a row without progress that end a run: the fault is not passing. */
const MAX_CRASHES_IN_A_ROW = 5;

/** Driver ends that got nothing done, counted anew after every committed micro-batch. */
export interface CrashLoop {
  readonly inARow: number;
  readonly lastBatch: number | null;
}

export const NO_CRASHES: CrashLoop = { inARow: 0, lastBatch: null };

/** Counts the end of a driver: no death where it committed a batch, or where nothing was left to do. */
export function recordExit({ inARow, lastBatch }: CrashLoop, ended: SparkState, isDone: boolean): CrashLoop {
  const progressed = ended.lastBatch !== lastBatch;
  return { inARow: progressed || isDone ? 0 : inARow + 1, lastBatch: ended.lastBatch };
}

export function isStuck({ inARow }: CrashLoop): boolean {
  return inARow >= MAX_CRASHES_IN_A_ROW;
}

/** Whether everything before `until` is committed; false while there is no bound. */
export function covers(committed: PartitionOffsets | null, until: PartitionOffsets | null): boolean {
  if (until === null || committed === null) return false;
  return Object.entries(until).every(([partition, end]) => BigInt(committed[partition] ?? 0) >= BigInt(end));
}
