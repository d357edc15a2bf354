import type { ApplicationFailure } from '@temporalio/common';
import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { pipelineFailure, type FailurePlace } from '../contracts/failures';

/** Turns an error of KafkaJS into a failure of the failure table; `what` names the attempted action. */
export function kafkaFailure(error: unknown, what: string, place: FailurePlace = {}): ApplicationFailure {
  const details = { ...place, cause: error };
  if (protocolErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return pipelineFailure('SourceMissing', `${what}: Kafka has no such topic. Create it or name another.`, details);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return pipelineFailure('ServiceUnavailable', `${what}: Kafka did not answer as expected (${reason}).`, details);
}

/** Returns Kafka's name for an error, also if the client has wrapped it after its retries. */
export function protocolErrorType(error: unknown): string | undefined {
  if (error instanceof KafkaJSProtocolError) return error.type;
  if (error instanceof KafkaJSNumberOfRetriesExceeded && error.cause !== error) return protocolErrorType(error.cause);
  return undefined;
}
