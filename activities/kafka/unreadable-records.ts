import { ApplicationFailure } from '@temporalio/common';
import { KafkaJSError } from 'kafkajs';
import { pipelineFailure, type FailurePlace } from '../contracts/failures';
import { CodecError } from './codecs';

/**
 * Returns the failure for a fetched batch that the client cannot decompress or decode, as it would fail again however often
 * it is fetched; null for any other error.
 *
 * @param place - `offset` is the one that was fetched: the batch begins there or later
 */
export function unreadableRecords(
  error: unknown,
  place: Required<Pick<FailurePlace, 'topic' | 'partition' | 'offset'>>,
): ApplicationFailure | null {
  if (!isUnreadable(error)) return null;
  const cause = causeOf(error) as Error;
  const { topic, partition, offset } = place;
  return pipelineFailure(
    'RecordsUnreadable',
    `Topic ${topic} partition ${partition}: expected a batch of records at offset ${offset}, got bytes that cannot be read ` +
      `(${cause.message}). Nothing is passed over by itself: skip to the first offset after the batch, or restore the topic.`,
    { ...place, cause },
  );
}

/** Whether the client cannot decompress or decode a fetch response. */
export function isUnreadable(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof CodecError || isRangeError(cause);
}

function causeOf(error: unknown): unknown {
  return error instanceof KafkaJSError ? (error.cause ?? error) : error;
}

/** Of a decoder that reads beyond the end of a batch; by its name, since errors of Node itself may be of another realm. */
function isRangeError(cause: unknown): cause is RangeError {
  return (cause as Partial<Error> | null)?.name === 'RangeError';
}

/** Returns the offset of a failure of `unreadableRecords`; null for any other error. */
export function unreadableOffset(error: unknown): string | null {
  if (!(error instanceof ApplicationFailure) || error.type !== 'RecordsUnreadable') return null;
  const [place] = (error.details ?? []) as readonly FailurePlace[];
  return place?.offset ?? null;
}
