import type { FailureType } from '../../activities/contracts/failures';
import type { SparkState } from '../../activities/spark/types';

/** Drivers in a row that end without a committed micro-batch; after that many the cause is not expected to disappear. */
const MAX_FAILED_STARTS = 5;
const MAX_PAUSE_MS = 60_000;
/** With these, a driver says that a server is away or keeps it out: as long as it takes, nothing is wrong with the job. */
const OUTAGES: readonly FailureType[] = ['SchemaRegistryUnavailable', 'AccessRefused'];

/** Driver ends without progress; counted from zero again after every committed micro-batch. */
export interface CrashLoop {
  readonly failedStarts: number;
  /** Those in a row, the last one included, because of a server that is away or keeps it out; they are no failed starts. */
  readonly outages: number;
  readonly lastBatch: number | null;
}

export const NO_CRASHES: CrashLoop = { failedStarts: 0, outages: 0, lastBatch: null };

type Ended = Pick<SparkState, 'exitOk' | 'error' | 'lastBatch' | 'lastLogLines'>;

/** Counts the end of a driver. */
export function afterDriver(before: CrashLoop, { error, lastBatch }: Ended, isDone: boolean): CrashLoop {
  const hasProgressed = lastBatch !== before.lastBatch || isDone;
  const isOutage = !isDone && OUTAGES.some((outage) => error?.startsWith(`${outage}:`) === true);
  const { failedStarts } = hasProgressed ? NO_CRASHES : before;
  return {
    failedStarts: isOutage || hasProgressed ? failedStarts : failedStarts + 1,
    outages: isOutage ? before.outages + 1 : 0,
    lastBatch,
  };
}

/** Returns what the last driver's end shows to an operator; null if nothing. */
export function troubleAfter(
  { failedStarts, outages }: CrashLoop,
  ended: Ended,
): { readonly state: 'RETRYING' | 'PARKED'; readonly reason: string } | null {
  if (outages > 0) return { state: 'RETRYING', reason: ended.error ?? '' };
  if (failedStarts >= MAX_FAILED_STARTS) return { state: 'PARKED', reason: sparkFailed(failedStarts, ended) };
  // A bounded driver that found nothing to do has not failed.
  if (failedStarts === 0 || ended.exitOk === true) return null;
  return { state: 'RETRYING', reason: sparkFailed(failedStarts, ended) };
}

/** Time until the next driver. */
export function pauseMs({ failedStarts, outages }: CrashLoop): number {
  const ends = failedStarts + outages;
  return ends === 0 ? 0 : Math.min(1_000 * 2 ** ends, MAX_PAUSE_MS);
}

/** The driver's own error first: the log lines are cut. */
function sparkFailed(failedStarts: number, { error, lastLogLines }: Ended): string {
  const often = failedStarts === 1 ? 'once' : `${failedStarts} times in a row`;
  const ended = `SparkFailed: the driver ended ${often} without committing a micro-batch`;
  const why = error === null ? ', without recording an error.' : `: ${error}.`;
  return `${ended}${why} Its last log lines:\n${lastLogLines.join('\n')}`;
}
