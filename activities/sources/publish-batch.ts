import { deadLetterRecord } from '../contracts/dead-letter';
import type { PipelinePlan } from '../contracts/plan';
import { EVENT_ID_HEADER, MAX_RAW_RECORD_BYTES, RUN_HEADER } from '../contracts/record';
import type { KafkaGateway, OutgoingRecord } from '../kafka';

/** Why a record becomes a dead letter instead of a raw record. */
export interface Refusal {
  readonly reason: 'TooLarge' | 'RowShape' | 'NotUtf8';
  readonly detail: string;
}

/** A record on its way from a source into Kafka. */
export interface SourceRecord {
  readonly id: string;
  /** Where it stands in its source, for example `row 17`. */
  readonly position: string;
  readonly key: string | null;
  readonly value: Buffer;
  /** Known before Kafka is asked. */
  readonly refusal?: Refusal;
}

/** What sources need beside their input. */
export interface SourceDependencies {
  readonly kafka: KafkaGateway;
  /** Called with `source` between the acknowledgement of a batch and its heartbeat; does nothing but in fault tests. */
  readonly crash: (point: string) => void;
}

export interface BatchCounts {
  /** Raw records that Kafka acknowledged. */
  readonly published: number;
  readonly deadLetters: number;
  /** Keys and values of the raw records. */
  readonly bytes: number;
}

/**
 * Publishes what fits to the raw topic and the rest as dead letters of stage `source`; nothing is left out.
 *
 * @throws ServiceUnavailable when Kafka did not acknowledge; a repeated call publishes twice under the same ids
 */
export async function publishBatch(
  kafka: KafkaGateway,
  plan: PipelinePlan,
  records: readonly SourceRecord[],
): Promise<BatchCounts> {
  const letters: OutgoingRecord[] = [];
  const fitting: SourceRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const refusal = record.refusal ?? refusalBySize(record);
    if (refusal === null) {
      fitting.push(record);
      bytes += recordBytes(record);
    } else letters.push(letterOf(plan, record, refusal));
  }
  const outgoing = fitting.map((record) => rawRecord(plan, record));
  await kafka.publish(plan.topics.raw, outgoing, (refused) => {
    const record = fitting[outgoing.indexOf(refused)];
    if (record === undefined) return;
    bytes -= recordBytes(record);
    letters.push(letterOf(plan, record, { reason: 'TooLarge', detail: `Larger than topic ${plan.topics.raw} takes.` }));
  });
  if (letters.length > 0) await kafka.publish(plan.topics.deadLetter, letters);
  return { published: records.length - letters.length, deadLetters: letters.length, bytes };
}

function recordBytes({ key, value }: SourceRecord): number {
  return value.length + (key === null ? 0 : Buffer.byteLength(key));
}

function refusalBySize(record: SourceRecord): Refusal | null {
  const bytes = recordBytes(record);
  if (bytes <= MAX_RAW_RECORD_BYTES) return null;
  return {
    reason: 'TooLarge',
    detail: `Expected at most ${MAX_RAW_RECORD_BYTES} bytes of key and value, got ${bytes}.`,
  };
}

function rawRecord({ run }: PipelinePlan, { id, key, value }: SourceRecord): OutgoingRecord {
  return { key, value, headers: { [EVENT_ID_HEADER]: id, [RUN_HEADER]: run } };
}

function letterOf({ run, topics }: PipelinePlan, record: SourceRecord, refusal: Refusal): OutgoingRecord {
  const { id, position, key, value } = record;
  return deadLetterRecord({
    id,
    stage: 'source',
    ...refusal,
    topic: topics.raw,
    offset: position,
    key,
    original: value,
    run,
  });
}
