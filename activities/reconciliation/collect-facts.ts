import { setImmediate } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import type { TopicRange } from '../contracts/offsets';
import type { ReconcileRequest } from '../contracts/report';
import type { IncomingRecord, KafkaGateway } from '../kafka';
import type { FactBuckets } from './fact-buckets';
import { plannedIds } from './planned-ids';
import type { ReadingFact } from './reading-state';
import { DerivedFacts, RawFacts, runOf, type RawCounts } from './record-facts';
import { scanIndex, type IndexedDocument } from './scan-index';
import type { WindowFact } from './window-state';

/** Each partition that is being read needs a connection and a fetched batch. */
const PARALLEL_PARTITIONS = 4;

export interface FactCollection {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  readonly request: ReconcileRequest;
  readonly readings: FactBuckets<ReadingFact>;
  readonly windows: FactBuckets<WindowFact>;
  /** Whether readings and windows are in monthly indices. */
  readonly byMonth: boolean;
  readonly signal: AbortSignal;
  /** Called with what is read next. */
  readonly onStep: (step: string) => void;
}

/** Reads each topic and index once, one after the other, and appends a fact for each id in it. */
export async function collectFacts(collection: FactCollection): Promise<RawCounts> {
  const { request, readings, windows, byMonth } = collection;
  const { scope, aliases } = request;
  await collectPlanned(collection);
  const raw = new RawFacts(request);
  await eachRecord(collection, scope.raw, (record) => {
    const fact = raw.of(record);
    if (fact !== null) readings.append(fact);
  });
  const facts = new DerivedFacts(request, byMonth);
  await eachRecordOfRun(collection, scope.enriched, (record) => {
    readings.append(facts.ofEnriched(record));
  });
  await eachRecordOfRun(collection, scope.windows, (record) => {
    windows.append(facts.ofWindow(record));
  });
  await eachRecordOfRun(collection, scope.deadLetter, (record) => {
    readings.append(facts.ofLetter(record));
  });
  await eachDocument(collection, aliases.readings, (document) => {
    readings.append(facts.ofIndexedReading(document));
  });
  await eachDocument(collection, aliases.windows, (document) => {
    windows.append(facts.ofIndexedWindow(document));
  });
  await eachDocument(collection, aliases.deadLetters, (document) => {
    readings.append(facts.ofIndexedLetter(document));
  });
  return raw;
}

async function collectPlanned({ request, readings, signal, onStep }: FactCollection): Promise<void> {
  if (request.plan === null) return;
  onStep('counting what was planned');
  for await (const ids of plannedIds(request.plan, signal)) {
    for (const id of ids) readings.append({ side: 'planned', id });
    // No I/O here, so yield to heartbeats and cancellation.
    await setImmediate();
    signal.throwIfAborted();
  }
}

function eachRecordOfRun(
  collection: FactCollection,
  range: TopicRange,
  take: (record: IncomingRecord) => void,
): Promise<void> {
  return eachRecord(collection, range, (record) => {
    if (runOf(record) === collection.request.scope.run) take(record);
  });
}

/**
 * Passes on every record of a range once, several partitions in parallel; ordered only within a partition.
 *
 * @throws OffsetOutOfRange when retention has deleted part of the range, so that nothing can be proven
 * @throws ServiceUnavailable when Kafka does not respond
 */
async function eachRecord(
  collection: FactCollection,
  range: TopicRange,
  take: (record: IncomingRecord) => void,
): Promise<void> {
  const { kafka, onStep } = collection;
  onStep(`reading topic ${range.topic}`);
  const failed = new AbortController();
  const signal = AbortSignal.any([collection.signal, failed.signal]);
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

function eachDocument(
  { elasticsearch, request, signal, onStep }: FactCollection,
  index: string,
  take: (document: IndexedDocument) => void,
): Promise<void> {
  onStep(`reading index ${index}`);
  return scanIndex(elasticsearch, { index, run: request.scope.run, signal, take });
}
