import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { KafkaJSAggregateError, KafkaJSError, KafkaJSGroupCoordinatorNotFound, KafkaJSProtocolError } from 'kafkajs';
import { pipelineFailure, type FailurePlace } from '../contracts/failures';
import { missingRight, type NeededRight } from './missing-right';
import { isClosed, refusalOf } from './refusal';

const RETRY_TIMEOUT_MS = 20_000;
const RETRY_PAUSE_MS = 100;
const CLOSED = '; a broker that requires TLS or SASL closes connections without it, see KAFKA_SECURITY_PROTOCOL';

/**
 * Turns an error of KafkaJS into a failure of the failure table; `what` names the attempted action.
 *
 * @param needed - what the action requires, to be named if Kafka refuses it
 */
export function kafkaFailure(
  error: unknown,
  what: string,
  place: FailurePlace = {},
  needed?: NeededRight,
): ApplicationFailure {
  const details = { ...place, cause: error };
  const missing = needed === undefined ? null : missingRight(refusalType(error), needed);
  if (missing !== null) {
    const advice = '`npm run rights -- NAME` prints the commands that allow it; the work continues by itself then';
    const message = `${what}: Kafka refuses it (${answeredReason(error)}). The user needs ${missing}. ${advice}.`;
    return pipelineFailure('AccessRefused', message, details);
  }
  if (protocolErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return pipelineFailure('SourceMissing', `${what}: Kafka has no such topic. Create it or name another.`, details);
  }
  const reason = answeredReason(error);
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    return pipelineFailure('AccessRefused', `${what}: Kafka cannot be used: ${refusal} (${reason}).`, details);
  }
  const message = `${what}: Kafka did not answer as expected (${reason}${isClosed(error) ? CLOSED : ''}).`;
  return pipelineFailure('ServiceUnavailable', message, details);
}

/** Returns Kafka's own reason for an error as one line, with its name for the error; of several errors, each once. */
function answeredReason(error: unknown): string {
  if (error instanceof KafkaJSAggregateError) return [...new Set(error.errors.map(answeredReason))].join('; ');
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  const type = protocolErrorType(error);
  return type === undefined ? message : `${type}: ${message}`;
}

/** Returns a handler of rejections that throws `kafkaFailure`. */
export function throwKafkaFailure(what: string, place: FailurePlace, needed?: NeededRight): (error: unknown) => never {
  return (error) => {
    throw kafkaFailure(error, what, place, needed);
  };
}

/** KafkaJS asks every broker for the coordinator of a group, and does not tell that each has refused. */
function refusalType(error: unknown): string | undefined {
  return error instanceof KafkaJSGroupCoordinatorNotFound ? 'GROUP_AUTHORIZATION_FAILED' : protocolErrorType(error);
}

/** Returns Kafka's name for an error, also if the client has wrapped it; of several errors, that of the first. */
export function protocolErrorType(error: unknown): string | undefined {
  if (error instanceof KafkaJSProtocolError) return error.type;
  if (error instanceof KafkaJSAggregateError) return protocolErrorType(error.errors[0]);
  if (error instanceof KafkaJSError && error.cause !== error) return protocolErrorType(error.cause);
  return undefined;
}

/** Repeats work while it fails with one of these errors of Kafka, which soon pass and which KafkaJS does not retry. */
export async function retryOn<T>(types: readonly string[], work: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + RETRY_TIMEOUT_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const type = protocolErrorType(error instanceof ApplicationFailure ? error.cause : error);
      if (!types.includes(type ?? '') || Date.now() > deadlineMs) throw error;
    }
    await sleep(RETRY_PAUSE_MS);
  }
}
