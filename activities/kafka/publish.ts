import type { Producer } from 'kafkajs';
import { protocolErrorType, throwKafkaFailure } from './kafka-failure';
import type { OnTooLarge, OutgoingRecord } from './types';

/** Below the default `max.message.bytes` of a topic, even if all records of a request go to one partition. */
const MAX_REQUEST_BYTES = 900_000;
/** Upper bound of the framing of one record: varints, timestamp and offset deltas, header lengths. */
const RECORD_OVERHEAD_BYTES = 120;

/** Publishes in order, in requests of at most `MAX_REQUEST_BYTES` or one record. */
export async function publish(
  producer: Producer,
  topic: string,
  records: readonly OutgoingRecord[],
  onTooLarge?: OnTooLarge,
): Promise<void> {
  const needed = { operation: 'Write', topics: [topic] } as const;
  const fail = throwKafkaFailure(`Publishing ${records.length} records to topic ${topic}`, { topic }, needed);
  for (const batch of batches(records)) await send(producer, topic, batch, onTooLarge).catch(fail);
}

/** Splits a request that is too large for the topic in halves, down to the single records that are too large. */
async function send(
  producer: Producer,
  topic: string,
  batch: OutgoingRecord[],
  onTooLarge?: OnTooLarge,
): Promise<void> {
  try {
    await producer.send({ topic, acks: -1, messages: batch });
  } catch (error) {
    const [first] = batch;
    if (first === undefined || protocolErrorType(error) !== 'MESSAGE_TOO_LARGE') throw error;
    const half = batch.length >> 1;
    if (half > 0) {
      await send(producer, topic, batch.slice(0, half), onTooLarge);
      await send(producer, topic, batch.slice(half), onTooLarge);
    } else if (onTooLarge) onTooLarge(first);
    else throw error;
  }
}

function* batches(records: readonly OutgoingRecord[]): Generator<OutgoingRecord[]> {
  let batch: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = recordBytes(record);
    if (batch.length > 0 && bytes + size > MAX_REQUEST_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function recordBytes({ key, value, headers }: OutgoingRecord): number {
  let bytes = Buffer.byteLength(value) + (key === null ? 0 : Buffer.byteLength(key)) + RECORD_OVERHEAD_BYTES;
  for (const name in headers) bytes += name.length + Buffer.byteLength(headers[name] ?? '');
  return bytes;
}
