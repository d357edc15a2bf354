import type { TopicRange } from '../contracts/offsets';
import type { IncomingRecord, KafkaGateway } from '../kafka';

/** Each partition that is being read holds a connection and a fetched batch. */
const PARTITIONS_AT_A_TIME = 4;

export interface ScanTopicRequest {
  readonly range: TopicRange;
  readonly signal: AbortSignal;
  readonly take: (record: IncomingRecord) => void;
}

/**
 * Hands over every record of a range once, some partitions side by side; the order holds within a partition only.
 *
 * @throws OffsetOutOfRange when retention has removed a part of the range, so that nothing can be proven any more
 * @throws ServiceUnavailable when Kafka does not answer
 */
export async function scanTopic(kafka: KafkaGateway, request: ScanTopicRequest): Promise<void> {
  const { range, take } = request;
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const waiting = Object.entries(range.to);

  const readOneAfterAnother = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [partition, to] = next;
      const from = range.from[partition] ?? '0';
      await kafka.readRange({ topic: range.topic, partition: Number(partition), from, to, signal }, (records) => {
        for (const record of records) take(record);
      });
    }
  };
  const lanes = Array.from({ length: PARTITIONS_AT_A_TIME }, () =>
    readOneAfterAnother().catch((error: unknown) => {
      // The others end with the same error, and none goes on reading after this call has ended.
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
}
