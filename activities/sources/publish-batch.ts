import { z } from 'zod';
import { deadLetterRecord } from '../contracts/dead-letter';
import type { PipelinePlan } from '../contracts/plan';
import { EVENT_ID_HEADER, MAX_RAW_RECORD_BYTES, RUN_HEADER } from '../contracts/record';
import type { KafkaGateway, OutgoingRecord } from '../kafka';

/** Why a record becomes a dead letter instead of a raw record. */
export interface Rejection {
  readonly reason: 'TooLarge' | 'RowShape' | 'NotUtf8';
  readonly detail: string;
}

/** A record to be published. */
export interface SourceRecord {
  readonly id: string;
  /** Its position in the source, for example `row 17`. */
  readonly position: string;
  readonly key: string | null;
  readonly value: Buffer;
  /** Set if the source already knows that the record cannot be published. */
  readonly rejection?: Rejection;
}

export interface SourceDependencies {
  readonly kafka: KafkaGateway;
  /** Fault injection: called with `source` between the acknowledgement of a batch and its heartbeat. */
  readonly crash: (point: string) => void;
}

export const batchCountsSchema = z.strictObject({
  published: z.int().min(0).describe('Raw records that Kafka acknowledged'),
  deadLetters: z.int().min(0),
  bytes: z.int().min(0).describe('Keys and values of the raw records'),
});

/**
 * Publishes every record: to the raw topic, or as a dead letter of stage `source` if it is rejected.
 *
 * @throws ServiceUnavailable when Kafka did not acknowledge; a repeated call publishes again with the same ids
 */
export async function publishBatch(
  kafka: KafkaGateway,
  plan: PipelinePlan,
  records: readonly SourceRecord[],
): Promise<z.infer<typeof batchCountsSchema>> {
  const letters: OutgoingRecord[] = [];
  const accepted: SourceRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const rejection = record.rejection ?? sizeRejection(record);
    if (rejection === null) {
      accepted.push(record);
      bytes += recordBytes(record);
    } else letters.push(letterOf(plan, record, rejection));
  }
  const outgoing = accepted.map(({ id, key, value }): OutgoingRecord => ({
    key,
    value,
    headers: { [EVENT_ID_HEADER]: id, [RUN_HEADER]: plan.run },
  }));
  await kafka.publish(plan.topics.raw, outgoing, (tooLarge) => {
    const record = accepted[outgoing.indexOf(tooLarge)];
    if (record === undefined) return;
    bytes -= recordBytes(record);
    letters.push(
      letterOf(plan, record, { reason: 'TooLarge', detail: `Larger than topic ${plan.topics.raw} accepts.` }),
    );
  });
  if (letters.length > 0) await kafka.publish(plan.topics.deadLetter, letters);
  return { published: records.length - letters.length, deadLetters: letters.length, bytes };
}

function recordBytes({ key, value }: SourceRecord): number {
  return value.length + (key === null ? 0 : Buffer.byteLength(key));
}

function sizeRejection(record: SourceRecord): Rejection | null {
  const bytes = recordBytes(record);
  if (bytes <= MAX_RAW_RECORD_BYTES) return null;
  return {
    reason: 'TooLarge',
    detail: `Expected at most ${MAX_RAW_RECORD_BYTES} bytes of key and value, got ${bytes}.`,
  };
}

function letterOf({ run, topics }: PipelinePlan, record: SourceRecord, rejection: Rejection): OutgoingRecord {
  const { id, position, key, value } = record;
  return deadLetterRecord({
    id,
    stage: 'source',
    ...rejection,
    topic: topics.raw,
    offset: position,
    key,
    original: value,
    run,
  });
}
