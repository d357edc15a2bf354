import { z } from 'zod';
import { deadLetterRecord } from '../contracts/dead-letter';
import { pipelineFailure } from '../contracts/failures';
import type { PipelinePlan, PlannedSource } from '../contracts/plan';
import { EVENT_ID_HEADER, MAX_RAW_RECORD_BYTES, POSITION_HEADER, ROW_HEADER, RUN_HEADER } from '../contracts/record';
import type { KafkaGateway, OutgoingRecord } from '../kafka';
import { protectKeyOf, type ProtectKey } from '../protect-key';

/** Why a record becomes a dead letter instead of a raw record. */
export interface Rejection {
  readonly reason: 'TooLarge' | 'RowShape' | 'NotUtf8' | 'NotUtf16' | 'NulCharacter';
  readonly detail: string;
}

/** A record to be published. */
export interface SourceRecord {
  /** Of a simulated reading its event id; of a row that of the row, since the row may bring an event id. */
  readonly id: string;
  /** Its position in the source as people count it, for example `row 2` for the first one below a header. */
  readonly position: string;
  readonly key: string | null;
  readonly value: Buffer;
  /** Set if the source already knows that the record cannot be published. */
  readonly rejection?: Rejection;
}

export interface SourceDependencies {
  readonly kafka: KafkaGateway;
  /** See `ActivityDependencies`. */
  readonly protectKeyFile: string | null;
  /** Fault injection: called with `source` between the acknowledgement of a batch and its heartbeat. */
  readonly crash: (point: string) => void;
}

/** Returns the source of a plan. @throws InvalidInput when it has another kind */
export function sourceOf<Kind extends PlannedSource['kind']>(
  { source }: PipelinePlan,
  kind: Kind,
): Extract<PlannedSource, { kind: Kind }> {
  if (source.kind === kind) return source as Extract<PlannedSource, { kind: Kind }>;
  throw pipelineFailure('InvalidInput', `source.kind: expected ${kind}, got ${source.kind}`);
}

/**
 * Returns the key of protected values, of which the ids and digests of dead letters are made; null if nothing is protected.
 *
 * @throws ProtectKeyMissing when the worker does not have it
 */
export async function sourceKey(
  { protectKeyFile }: SourceDependencies,
  { rules: { protect } }: PipelinePlan,
): Promise<ProtectKey | null> {
  return protect === undefined ? null : await protectKeyOf(protectKeyFile, protect.keyFingerprint);
}

export const batchCountsSchema = z.strictObject({
  published: z.int().min(0).describe('Raw records that Kafka acknowledged'),
  deadLetters: z.int().min(0),
  bytes: z.int().min(0).describe('Keys and values of the raw records'),
});

type BatchCounts = Readonly<z.infer<typeof batchCountsSchema>>;

export const NO_COUNTS: BatchCounts = { published: 0, deadLetters: 0, bytes: 0 };

/**
 * Publishes every record: to the raw topic, or as a dead letter of stage `source` if it is rejected.
 *
 * @param key - of protected values; null if nothing is protected
 * @param before - counts of earlier batches, to which those of this one are added
 * @throws ServiceUnavailable when Kafka did not acknowledge; a repeated call publishes again with the same ids
 */
export async function publishBatch(
  kafka: KafkaGateway,
  plan: PipelinePlan,
  records: readonly SourceRecord[],
  key: ProtectKey | null = null,
  before = NO_COUNTS,
): Promise<BatchCounts> {
  const { raw, deadLetter } = plan.topics;
  const letters: OutgoingRecord[] = [];
  const accepted: SourceRecord[] = [];
  let { bytes } = before;
  for (const record of records) {
    const rejection = record.rejection ?? sizeRejection(record);
    if (rejection === null) {
      accepted.push(record);
      bytes += recordBytes(record);
    } else letters.push(letterOf(plan, record, rejection, key));
  }
  const isFile = plan.source.kind === 'file';
  const outgoing = accepted.map(({ id, position, key, value }): OutgoingRecord => {
    const own = isFile ? { [ROW_HEADER]: id, [POSITION_HEADER]: position } : { [EVENT_ID_HEADER]: id };
    return { key, value, headers: { ...own, [RUN_HEADER]: plan.run } };
  });
  await kafka.publish(raw, outgoing, (tooLarge) => {
    const record = accepted[outgoing.indexOf(tooLarge)];
    if (record === undefined) return;
    bytes -= recordBytes(record);
    const detail = `Expected a record that topic ${raw} accepts, got a larger one of ${recordBytes(record)} bytes.`;
    letters.push(letterOf(plan, record, { reason: 'TooLarge', detail }, key));
  });
  if (letters.length > 0) await kafka.publish(deadLetter, letters);
  const published = before.published + records.length - letters.length;
  return { published, deadLetters: before.deadLetters + letters.length, bytes };
}

function recordBytes({ key, value }: SourceRecord): number {
  return value.length + (key === null ? 0 : Buffer.byteLength(key));
}

function sizeRejection(record: SourceRecord): Rejection | null {
  const bytes = recordBytes(record);
  if (bytes <= MAX_RAW_RECORD_BYTES) return null;
  const detail = `Expected at most ${MAX_RAW_RECORD_BYTES} bytes of key and value, got ${bytes}.`;
  return { reason: 'TooLarge', detail };
}

function letterOf(
  { run, topics }: PipelinePlan,
  record: SourceRecord,
  rejection: Rejection,
  protectKey: ProtectKey | null,
): OutgoingRecord {
  const { position: offset, key, value: original } = record;
  const id = protectKey === null ? record.id : protectKey.hash(record.id);
  const protect = protectKey === null ? undefined : { keyFingerprint: protectKey.fingerprint, key: protectKey };
  const place = { topic: topics.raw, offset };
  return deadLetterRecord({ id, stage: 'source', ...rejection, ...place, key, original, run, protect });
}
