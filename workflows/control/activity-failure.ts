import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  TimeoutFailure,
  type ActivityOptions,
} from '@temporalio/workflow';
import { BUGS, FAILURES, failuresThat, type FailurePlace, type FailureType } from '../../activities/contracts/failures';

/** For these, trying again cannot help, or would lose or repeat records. */
const UNTIL_RESUMED: ReadonlySet<string> = new Set([...failuresThat('parks until `resume`'), ...BUGS]);

/** Attempts of an activity after which its failure is shown. */
export const FIRST_ATTEMPTS = 3;

/** Ends the wait for a worker, so that it is shown; the activity that is scheduled then waits without limit. */
export const UNTIL_SHOWN: ActivityOptions = { scheduleToStartTimeout: '1 minute' };

/** Why an activity has failed, as it is shown to an operator. */
export interface ShownFailure {
  /** A row of the failure table, or the name of any other error. */
  readonly type: string;
  readonly reason: string;
  /** Whether only an operator can decide that it is tried again. */
  readonly isFinal: boolean;
  /** Decimal offset from which the log of the failed partition can be read; null if the failure does not say it. */
  readonly readableFrom: string | null;
}

/**
 * Describes the failure of an activity.
 *
 * @throws the error itself when it is a cancellation, or not the failure of an activity
 */
export function shownFailure(error: unknown, taskQueue?: string): ShownFailure {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  const { activityType, retryState, cause = error } = error;
  if (isNotStarted(cause)) return notStarted(activityType, taskQueue);
  const type = typeOf(cause);
  const isForeign = retryState === 'NON_RETRYABLE_FAILURE' && !(type in FAILURES);
  const isFinal = UNTIL_RESUMED.has(type) || isForeign;
  const reason = `${type}: ${cause.message}`;
  // The messages of the table say what was attempted.
  const shown = type in FAILURES ? reason : `${activityType}: ${reason}`;
  return { type, reason: shown, isFinal, readableFrom: placeOf(cause)?.readableFrom ?? null };
}

function isNotStarted(cause: Error): boolean {
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

function notStarted(activityType: string, taskQueue = 'its task queue'): ShownFailure {
  const reason = `NoWorker: no worker of ${taskQueue} has started ${activityType} for a minute: none runs, or its slots are taken${slotsOf(taskQueue)}`;
  return { type: 'NoWorker' satisfies FailureType, reason, isFinal: false, readableFrom: null };
}

function slotsOf(taskQueue: string): string {
  return taskQueue.endsWith('-lanes') ? '; PIPELINE_LANES says how many a worker has' : '';
}

function placeOf(cause: Error): FailurePlace | undefined {
  const details = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
  return (details as readonly FailurePlace[])[0];
}

function typeOf(cause: Error): string {
  return (cause instanceof ApplicationFailure ? cause.type : null) ?? cause.name;
}
