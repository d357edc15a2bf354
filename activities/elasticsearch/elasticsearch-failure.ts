import { errors, type estypes } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import { pipelineFailure, type FailurePlace } from '../contracts/failures';

const NOT_FOUND = 404;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;
/** A reason may repeat a whole query. */
const MAX_REASON_LENGTH = 400;

/**
 * Turns an error of the Elasticsearch client into a failure of the failure table, and returns such a failure unchanged.
 *
 * @param what - names the attempted action
 */
export function elasticsearchFailure(error: unknown, what: string, place: FailurePlace = {}): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const details = { ...place, cause: error };
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? SERVER_ERROR;
    const busy = status === TOO_MANY_REQUESTS || status >= SERVER_ERROR;
    return pipelineFailure(
      busy ? 'ServiceUnavailable' : 'IndexMisconfigured',
      `${what}: Elasticsearch answered ${status} (${answeredReason(error.body)}).`,
      details,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return pipelineFailure('ServiceUnavailable', `${what}: Elasticsearch did not answer (${reason}).`, details);
}

/** Whether Elasticsearch answered that there is no such thing. */
export function isNotFound(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.statusCode === NOT_FOUND;
}

/** Returns the root cause if there is one: the error around it may only report that all shards failed. */
function answeredReason(body: unknown): string {
  const { error } = (body ?? {}) as { error?: string | Partial<estypes.ErrorCauseKeys> };
  if (typeof error === 'string') return error.slice(0, MAX_REASON_LENGTH);
  const { type, reason } = error?.root_cause?.[0] ?? error ?? {};
  if (type === undefined) return 'no type given';
  return `${type}: ${reason ?? 'no reason given'}`.slice(0, MAX_REASON_LENGTH);
}
