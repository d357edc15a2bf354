import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import { deadLetterRecord } from '../../../activities/contracts/dead-letter';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import type { TopicRange } from '../../../activities/contracts/offsets';
import type { DeadLetterStage } from '../../../activities/contracts/record';
import type { ReconcileRequest } from '../../../activities/contracts/report';
import { deviceOf, simulatedId } from '../../../activities/contracts/planned-ids';
import type { KafkaGateway, OutgoingRecord } from '../../../activities/kafka';
import { prepareIndices, type PrepareIndicesInput } from '../../../activities/preparation/prepare-indices';

export const DEVICES = 3;
const WINDOW_MS = 60_000;
const PARTITIONS = 2;
const FIRST_READING_MS = Date.parse('2026-01-01T00:00:00Z');

/** Which sequence numbers of a run do not simply pass through. */
export const MALFORMED = [5, 50];
export const TOO_LARGE = 7;
export const REFUSED_BY_INDEX = 9;
export const REPEATED = [3, 4, 50];
export const FOREIGN = 4;

export interface Servers {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
}

interface Document {
  readonly id: string;
  readonly source: object;
}

export function idOf(run: string, sequence: number): string {
  return simulatedId(run, sequence, DEVICES);
}

/** The value of an enriched reading, one every ten seconds. */
export function enrichedValue(run: string, sequence: number): { id: string; deviceId: string; timestamp: string } {
  const timestamp = new Date(FIRST_READING_MS + sequence * 10_000).toISOString().replace('Z', '000Z');
  const id = idOf(run, sequence);
  return { id, deviceId: deviceOf(sequence, DEVICES), timestamp, ...{ temperature: sequence % 40, humidity: 50.5 } };
}

export function windowIdOf(run: string, sequence: number): string {
  const start = Math.floor((FIRST_READING_MS + sequence * 10_000) / WINDOW_MS) * WINDOW_MS;
  return `${run}|${deviceOf(sequence, DEVICES)}|${start}|${WINDOW_MS}`;
}

export function rawRecord(run: string, sequence: number, value = `{"n":${sequence}}`): OutgoingRecord {
  return { key: deviceOf(sequence, DEVICES), value, headers: { 'event-id': idOf(run, sequence), 'pipeline-run': run } };
}

function deadLetter(
  { scope: { run, raw } }: ReconcileRequest,
  sequence: number,
  stage: DeadLetterStage,
  reason: string,
): OutgoingRecord {
  return deadLetterRecord({
    ...{ id: idOf(run, sequence), stage, reason, topic: raw.topic, offset: String(sequence), run, key: null },
    ...(stage === 'source' ? {} : { partition: 0 }),
    original: Buffer.from('{'),
  });
}

/**
 * Writes into topics and indices what a run over `readings` sequence numbers leaves behind when all went well, and what
 * may well happen on the way: repeats, windows in several versions, records of another run, dead letters of every stage.
 */
export async function writeRun({ kafka, elasticsearch }: Servers, readings: number): Promise<ReconcileRequest> {
  const run = randomUUID();
  const request = newRequest(run, readings);
  const { scope, aliases } = request;
  await prepareRun({ kafka, elasticsearch }, request);

  const sequences = Array.from({ length: readings }, (_, sequence) => sequence);
  const published = sequences.filter((sequence) => sequence !== TOO_LARGE);
  const enriched = published.filter((sequence) => !MALFORMED.includes(sequence));
  const values = enriched.map((sequence) => enrichedValue(run, sequence));
  const windows = windowsOf(run, enriched);
  const deadLetters = [
    ...MALFORMED.map((sequence) => deadLetter(request, sequence, 'parse', 'NotAReading')),
    deadLetter(request, TOO_LARGE, 'source', 'TooLarge'),
    deadLetter(request, REFUSED_BY_INDEX, 'index', 'document_parsing_exception'),
  ];

  await kafka.publish(scope.raw.topic, [
    ...[...published, ...REPEATED].map((sequence) => rawRecord(run, sequence)),
    ...Array.from({ length: FOREIGN }, (_, sequence) => rawRecord('another-run', sequence)),
  ]);
  await kafka.publish(
    scope.enriched.topic,
    [...values, ...values.slice(0, 20)].map((value) => derived(run, value)),
  );
  await kafka.publish(
    scope.windows.topic,
    windows.flatMap((window) => [derived(run, { ...window, count: 1 }), derived(run, window)]),
  );
  await kafka.publish(scope.deadLetter.topic, deadLetters);

  const provenance = { run, partition: 0, offset: '0', processedAt: 1, indexedAt: 2 };
  const refused = idOf(run, REFUSED_BY_INDEX);
  const bulk = (index: string, sources: readonly object[]): Promise<void> =>
    indexAll(
      elasticsearch,
      index,
      sources.map((source) => documentOf({ provenance, ...source })),
    );
  await bulk(
    aliases.readings,
    values.filter(({ id }) => id !== refused),
  );
  await bulk(aliases.windows, windows);
  await bulk(
    aliases.deadLetters,
    deadLetters.map(({ value }) => JSON.parse(String(value)) as object),
  );
  return await withTopicRanges(kafka, request);
}

/** Creates the topics and the indices of a run. */
export async function prepareRun(
  { kafka, elasticsearch }: Servers,
  { scope, aliases }: ReconcileRequest,
  { partitions = PARTITIONS, ...options }: Pick<PrepareIndicesInput, 'index'> & { readonly partitions?: number } = {},
): Promise<void> {
  const topics = [scope.raw, scope.enriched, scope.windows, scope.deadLetter].map(({ topic }) => topic);
  await kafka.prepareTopics(topics.map((topic) => ({ topic, partitions, maxMessageBytes: 4_194_352 })));
  await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, ...options });
}

/** Completes a request with everything that its topics contain now. */
export async function withTopicRanges(kafka: KafkaGateway, request: ReconcileRequest): Promise<ReconcileRequest> {
  const { scope } = request;
  const [raw, enriched, windows, deadLetter] = [
    await wholeTopic(kafka, scope.raw.topic),
    await wholeTopic(kafka, scope.enriched.topic),
    await wholeTopic(kafka, scope.windows.topic),
    await wholeTopic(kafka, scope.deadLetter.topic),
  ];
  return { ...request, scope: { ...scope, raw, enriched, windows, deadLetter } };
}

/** Returns the range of everything that a topic contains now. */
export async function wholeTopic(kafka: KafkaGateway, topic: string): Promise<TopicRange> {
  const { start, end } = await kafka.offsets(topic);
  return { topic, from: start, to: end };
}

async function indexAll(elasticsearch: Client, index: string, documents: readonly Document[]): Promise<void> {
  if (documents.length === 0) return;
  const operations = documents.flatMap(({ id, source }) => [{ index: { _index: index, _id: id } }, source]);
  const { errors, items } = await elasticsearch.bulk({ operations, require_alias: true });
  if (errors) throw new Error(JSON.stringify(items.find(({ index: item }) => item?.error !== undefined)));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function documentOf(source: object): Document {
  return { id: (source as { id: string }).id, source };
}

export function derived(run: string, value: object): OutgoingRecord {
  return {
    key: (value as { deviceId: string }).deviceId,
    value: JSON.stringify(value),
    headers: { 'event-id': (value as { id: string }).id, 'pipeline-run': run, 'pipeline-raw': '0:0:1' },
  };
}

/** The windows that Spark would make of these readings. */
export function windowsOf(run: string, sequences: readonly number[]): object[] {
  const counts = new Map<string, number>();
  for (const sequence of sequences) {
    const id = windowIdOf(run, sequence);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].map(([id, count]) => ({ id, deviceId: id.split('|')[1], count }));
}

/** What reconciling a run is told, but for the ends of its topics. */
export function newRequest(run: string, readings: number, name = `reconcile-${run}`): ReconcileRequest {
  const range = (topic: string): TopicRange => ({ topic, from: {}, to: {} });
  return {
    scope: {
      ...{ name, run, windowIdPrefix: `${run}|` },
      raw: range(`${name}.raw`),
      enriched: range(`${name}.enriched`),
      windows: range(`${name}.windows`),
      deadLetter: range(`${name}.dead-letter`),
    },
    plan: { kind: 'sequences', from: 0, to: readings, devices: DEVICES, run },
    windowMs: WINDOW_MS,
    bounded: true,
    aliases: aliasesOf(name),
    valueFormat: 'json',
    eventId: { kind: 'value', path: ['eventId'] },
  };
}
