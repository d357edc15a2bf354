import type { ApplicationFailure } from '@temporalio/common';
import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { pipelineFailure, type FailurePlace } from '../contracts/failures';

/** Turns whatever the Kafka client threw into a row of the failure table; `what` names the attempted act. */
export function kafkaFailure(error: unknown, what: string, place: FailurePlace = {}): ApplicationFailure {
  const details = { ...place, cause: error };
  if (protocolErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return pipelineFailure('SourceMissing', `${what}: Kafka knows no such topic. Create it or name another.`, details);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return pipelineFailure('ServiceUnavailable', `${what}: Kafka did not answer as expected (${reason}).`, details);
}

/** Kafka's own name for the error, looked for below the client's retry wrapper. */
export function protocolErrorType(error: unknown): string | undefined {
  if (error instanceof KafkaJSProtocolError) return error.type;
  if (error instanceof KafkaJSNumberOfRetriesExceeded && error.cause !== error) return protocolErrorType(error.cause);
  return undefined;
}
