import { isUtf8 } from 'node:buffer';
import { ApplicationFailure } from '@temporalio/common';
import { parseObject, type JsonObject } from '../contracts/json-object';
import { boundsOf, type IncomingRecord, type KafkaGateway, type PartitionBounds } from '../kafka';
import type { Cell } from './cell';
import { jsonColumns, pathPlace } from './json-leaves';
import { MAX_SAMPLE_BYTES, MAX_SAMPLE_RECORDS, type Sample } from './sample';
import { NEARLY_ALL, type SampleColumn } from './sample-column';
import { registryAccount } from './registry-framing';

/** A record of a topic, copied out of the buffer of its fetch. */
export type TopicRecord = IncomingRecord;

export interface TopicSample extends Sample {
  readonly records: readonly TopicRecord[];
}

/** Headers of the pipeline's own; `event-id` is the id of a record, not of a device. */
const OWN_HEADERS = /^(?:pipeline-|event-id$)/;

/**
 * Reads the first records of a topic, as many of each partition, and tells what they have.
 *
 * @throws SourceMissing when the topic does not exist
 */
export async function topicSample(kafka: KafkaGateway, topic: string, signal?: AbortSignal): Promise<TopicSample> {
  const offsets = await kafka.offsets(topic);
  const partitions = Object.keys(offsets.end).map(Number);
  const quota = Math.ceil(MAX_SAMPLE_RECORDS / Math.max(1, partitions.length));
  const records: TopicRecord[] = [];
  const notes: string[] = [];
  for (const partition of partitions) {
    const maxBytes = MAX_SAMPLE_BYTES / partitions.length;
    const log = { topic, partition, ...boundsOf(offsets, partition), quota, maxBytes };
    const { problem } = await readFirst(kafka, log, signal, (record) => records.push(record));
    notes.push(...problem);
  }
  const framing = registryAccount(records.map(({ value }) => value));
  const objects = records.map(({ value }) => parseObject(value));
  return {
    records,
    source: { kind: 'topic', topic },
    columns: [...jsonColumns(objects, pathPlace), ...keyColumns(records), ...headerColumns(records)],
    sampled: records.length,
    constant: topic,
    facts: [`partitions: ${partitions.length}`, `keys: ${keyKind(records)}`, ...framing.facts],
    questions: [],
    notes: [...notes, ...framing.notes],
  };
}

/** The log of a partition, and how much of it is wanted. */
interface SampledLog extends PartitionBounds {
  readonly topic: string;
  readonly partition: number;
  readonly quota: number;
  readonly maxBytes: number;
}

/** Reads the first records of a partition, up to a batch that cannot be read; that is the problem. */
async function readFirst(
  kafka: KafkaGateway,
  { topic, partition, start, end, quota, maxBytes }: SampledLog,
  signal: AbortSignal | undefined,
  take: (record: TopicRecord) => void,
): Promise<{ readonly problem: readonly string[] }> {
  let [next, found, bytes, step] = [BigInt(start), 0, 0, BigInt(quota)];
  try {
    // A log may have gaps.
    while (next < BigInt(end) && found < quota && bytes < maxBytes) {
      const to = next + step < BigInt(end) ? next + step : BigInt(end);
      const range = {
        topic,
        partition,
        from: String(next),
        to: String(to),
        ...(signal === undefined ? {} : { signal }),
      };
      await kafka.readRange(range, (batch) => {
        for (const record of batch) {
          if (found >= quota || bytes >= maxBytes) return;
          take(copyOf(record));
          found++;
          bytes += (record.value?.length ?? 0) + (record.key?.length ?? 0);
        }
      });
      [next, step] = [to, step * 2n];
    }
    return { problem: [] };
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === 'RecordsUnreadable') return { problem: [error.message] };
    throw error;
  }
}

function copyOf({ key, value, headers, ...place }: IncomingRecord): TopicRecord {
  const copied = Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)] as const);
  return {
    ...place,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(copied),
  };
}

function keyObjects(records: readonly TopicRecord[]): (JsonObject | undefined)[] | null {
  const objects = records.map(({ key }) => parseObject(key));
  const found = objects.filter((object) => object !== undefined).length;
  return found > 0 && found >= records.length * NEARLY_ALL ? objects : null;
}

function keyColumns(records: readonly TopicRecord[]): SampleColumn[] {
  const objects = keyObjects(records);
  if (objects !== null) {
    return jsonColumns(objects, (path) => ({ key: path.join('.') })).map((column) => {
      return { ...column, name: `key ${column.name}` };
    });
  }
  const cells = records.map(({ key }) => textOfBytes(key));
  return cells.some((cell) => cell !== null) ? [{ place: { key: true }, name: 'the key', word: 'key', cells }] : [];
}

function headerColumns(records: readonly TopicRecord[]): SampleColumn[] {
  const names = new Set(records.flatMap(({ headers }) => Object.keys(headers)));
  const others = [...names].filter((name) => !OWN_HEADERS.test(name) && name !== '').slice(0, 50);
  return others.map((name) => {
    const cells = records.map(({ headers }) => textOfBytes(headers[name] ?? null));
    return { place: { header: name }, name: `header ${name}`, word: name, cells };
  });
}

function textOfBytes(bytes: Buffer | null): Cell {
  return bytes === null || !isUtf8(bytes) ? null : bytes.toString();
}

function keyKind(records: readonly TopicRecord[]): string {
  const keys = records.flatMap(({ key }) => key ?? []);
  if (keys.length === 0) return 'none';
  if (keyObjects(records) !== null) return 'JSON objects';
  return keys.every((key) => isUtf8(key)) ? 'text' : 'bytes that are not UTF-8';
}
