import type { TopicRange } from '../contracts/offsets';
import type { IncomingRecord, KafkaGateway } from '../kafka';

/** Each partition that is being read needs a connection and a fetched batch. */
const PARALLEL_PARTITIONS = 4;

interface ScanTopicRequest {
  readonly range: TopicRange;
  readonly signal: AbortSignal;
  readonly take: (record: IncomingRecord) => void;
}

/**
 * Passes on every record of a range once, several partitions in parallel; ordered only within a partition.
 *
 * @throws OffsetOutOfRange when retention has deleted part of the range, so that nothing can be proven
 * @throws ServiceUnavailable when Kafka does not respond
 */
export async function scanTopic(kafka: KafkaGateway, request: ScanTopicRequest): Promise<void> {
  const { range, take } = request;
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const waiting = Object.entries(range.to);

  const readPartitions = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [partition, to] = next;
      const from = range.from[partition] ?? '0';
      await kafka.readRange({ topic: range.topic, partition: Number(partition), from, to, signal }, (records) => {
        for (const record of records) take(record);
      });
    }
  };
  const workers = Array.from({ length: PARALLEL_PARTITIONS }, () =>
    readPartitions().catch((error: unknown) => {
      // Ends the others with the same error, so that none continues after this call has returned.
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  await Promise.all(workers);
}
