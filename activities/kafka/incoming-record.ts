import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { IncomingRecord } from './types';

/** Makes a record of a message of KafkaJS, whose memory it shares. */
export function toIncoming(
  partition: number,
  { offset, timestamp, key, value, headers }: KafkaMessage,
): IncomingRecord {
  return { partition, offset, timestamp, key, value, headers: firstBuffers(headers) };
}

/** KafkaJS mixes up names of `Object.prototype` with its own values, which are no buffers. */
function firstBuffers(headers: IHeaders | undefined): Record<string, Buffer> {
  const first: Record<string, Buffer> = {};
  for (const name in headers) {
    const given = headers[name];
    const value = Array.isArray(given) ? given[0] : given;
    if (Buffer.isBuffer(value)) first[name] = value;
  }
  return first;
}
