import { errors } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import { isBug, pipelineFailure, type FailurePlace, type FailureType } from '../contracts/failures';
import { tlsProblem } from '../contracts/tls-problem';

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;
/** A reason may repeat a whole query. */
const MAX_REASON_LENGTH = 400;
const SECURITY_EXCEPTION = 'security_exception';
const NO_REASON = 'no reason given';

/** What Elasticsearch answers about an error, at any depth. */
interface AnsweredError {
  readonly type?: string;
  readonly reason?: string | null;
  readonly root_cause?: readonly AnsweredError[];
  readonly caused_by?: AnsweredError;
  /** Of a search that failed on every shard; the error around them says no more than that. */
  readonly failed_shards?: readonly { readonly reason?: AnsweredError }[];
}

/**
 * Turns an error of the Elasticsearch client into a failure of the failure table; returns such a failure, or a bug,
 * unchanged.
 *
 * @param what - names the attempted action
 */
export function elasticsearchFailure(error: unknown, what: string, place: FailurePlace = {}): ApplicationFailure {
  if (error instanceof ApplicationFailure || isBug(error)) return ApplicationFailure.fromError(error);
  const details = { ...place, cause: error };
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? SERVER_ERROR;
    const reason = answeredReason(error.body);
    const advice = accessAdvice(status, reason);
    return pipelineFailure(
      advice === undefined ? typeOf(status) : 'AccessRefused',
      `${what}: Elasticsearch answered ${status} (${reason}).${advice === undefined ? '' : ` ${advice}`}`,
      details,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  const refusal = tlsProblem(error, 'ELASTICSEARCH');
  if (refusal !== undefined) {
    return pipelineFailure('AccessRefused', `${what}: Elasticsearch cannot be used: ${refusal} (${reason}).`, details);
  }
  const hasTakenLong = isTimeout(error);
  return pipelineFailure('ServiceUnavailable', `${what}: Elasticsearch did not answer (${reason}).`, {
    ...details,
    hasTakenLong,
  });
}

/** Whether a request waited for its whole timeout: the server accepts connections, and does not answer. */
export function isTimeout(error: unknown): boolean {
  return error instanceof errors.TimeoutError;
}

function typeOf(status: number): FailureType {
  return status === TOO_MANY_REQUESTS || status >= SERVER_ERROR ? 'ServiceUnavailable' : 'IndexMisconfigured';
}

/**
 * Returns what to do if Elasticsearch refuses the user; undefined if an answer means something else.
 *
 * @param reason - of the answer, see `answeredReason`
 */
export function accessAdvice(status: number, reason: string): string | undefined {
  if (status === UNAUTHORIZED)
    return (
      'Correct ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD, or ELASTICSEARCH_API_KEY or ' +
      'ELASTICSEARCH_BEARER_TOKEN.'
    );
  if (status !== FORBIDDEN) return undefined;
  if (reason === NO_REASON)
    return 'Grant the user of this worker the privilege for this, or remove the block of the index.';
  // An index that is blocked for writes is forbidden too.
  const isRefused = reason.startsWith(SECURITY_EXCEPTION);
  return isRefused ? 'Grant the user of this worker the privilege that the reason names.' : undefined;
}

/** Whether Elasticsearch answered that there is no such thing. */
export function isNotFound(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.statusCode === NOT_FOUND;
}

/**
 * Returns Elasticsearch's own reason for an error, as one line: that of the root cause if there is one, else of the first
 * failed shard, and what caused it.
 *
 * @param body - of the response; a HEAD request has none
 */
export function answeredReason(body: unknown): string {
  const { error } = (body ?? {}) as { error?: string | AnsweredError };
  if (typeof error === 'string') return oneLine(error);
  const reasons = [...new Set(reasonsOf(error ?? {}).map(({ type, reason }) => `${type}: ${reason ?? NO_REASON}`))];
  return reasons.length === 0 ? NO_REASON : oneLine(reasons.join(', caused by '));
}

/** The error that tells most, and its innermost cause. */
function reasonsOf(error: AnsweredError): readonly AnsweredError[] {
  const [root] = error.root_cause ?? [];
  const [shard] = error.failed_shards ?? [];
  const first = root ?? shard?.reason ?? error;
  if (first.type === undefined) return [];
  const withCause = [first, shard?.reason, error].find((candidate) => candidate?.caused_by !== undefined);
  return [first, ...(withCause === undefined ? [] : [innermost(withCause)])];
}

function innermost(error: AnsweredError): AnsweredError {
  return error.caused_by === undefined ? error : innermost(error.caused_by);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, MAX_REASON_LENGTH);
}
