import { deadLetterRecord } from '../contracts/dead-letter';
import {
  coordinatesId,
  RAW_HEADER,
  REDRIVE_HEADER,
  redriveCount,
  RUN_HEADER,
  VERSION_HEADER,
  type DeadLetter,
} from '../contracts/record';
import { pipelineFailure } from '../contracts/failures';
import type { IncomingRecord, KafkaGateway } from '../kafka';
import type { RejectedRecord } from './bulk-item';
import type { IndexSliceInput } from './slice';

/**
 * Publishes records that no index can take as dead letters of stage `index`; call it before the checkpoint passes them.
 *
 * @throws IndexMisconfigured when the records are dead letters themselves: they are never dead-lettered again
 * @throws ServiceUnavailable when Kafka did not acknowledge
 */
export async function publishDeadLetters(
  kafka: KafkaGateway,
  { topic, alias, deadLetterTopic }: Pick<IndexSliceInput, 'topic' | 'alias' | 'deadLetterTopic'>,
  rejected: readonly RejectedRecord[],
): Promise<void> {
  if (deadLetterTopic === null) {
    throw pipelineFailure(
      'IndexMisconfigured',
      `${alias} rejected ${rejected.length} dead letters (${rejected[0]?.reason ?? ''}); expected it to take any. ` +
        'Nothing is lost: indexing continues by itself once the index is corrected.',
    );
  }
  await kafka.publish(
    deadLetterTopic,
    rejected.map(({ record, id, reason }) =>
      deadLetterRecord({
        id: id ?? coordinatesId(topic, record.partition, record.offset),
        stage: 'index',
        reason,
        topic,
        partition: record.partition,
        offset: record.offset,
        publishedAt: Number(record.timestamp),
        key: record.key,
        original: record.value ?? Buffer.alloc(0),
        run: record.headers[RUN_HEADER]?.toString('utf8') ?? '',
        redrive: redriveCount(record.headers[REDRIVE_HEADER]),
        ...keptHeaders(record),
      }),
    ),
  );
}

function keptHeaders({ headers }: IncomingRecord): Pick<DeadLetter, 'headers'> {
  const [raw, version] = [headers[RAW_HEADER]?.toString('latin1'), headers[VERSION_HEADER]?.toString('latin1')];
  if (raw === undefined && version === undefined) return {};
  return { headers: { ...(raw === undefined ? {} : { raw }), ...(version === undefined ? {} : { version }) } };
}
