import { setImmediate } from 'node:timers/promises';
import type { Client, estypes } from '@elastic/elasticsearch';
import type { TopicRange } from '../contracts/offsets';
import type { ReconcileRequest } from '../contracts/report';
import { windowId } from '../contracts/window';
import type { Stream } from '../elasticsearch/index-templates';
import { ofRun } from '../elasticsearch/provenance';
import { EVENT_TIME_FIELDS } from '../elasticsearch/event-time';
import { overcountedWindows } from '../elasticsearch/overcounted-windows';
import { scanIndex, type IndexedDocument } from '../elasticsearch/scan-index';
import type { IncomingRecord, KafkaGateway } from '../kafka';
import { ofOffsets } from '../elasticsearch/provenance-range';
import type { FactBuckets } from './fact-buckets';
import type { CollectionCheckpoint } from './collection-checkpoint';
import { plannedIds } from './planned-ids';
import type { ProtectedIds } from './protected-ids';
import { collectWindowCounts, firstCountedMs, type ProvenRange } from './window-counts';
import type { RawValues } from './raw-values';
import type { ReadingFact } from './reading-fact';
import { RecordFacts } from './record-facts';
import { SideBySide } from './side-by-side';
import type { WindowFact } from './window-state';

/** What is read since then is read again after a kill. */
const SAVE_MS = 10_000;
/** Each partition that is being read needs a connection and a fetched batch. */
const PARALLEL_PARTITIONS = 4;

export interface FactCollection {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  readonly request: ReconcileRequest;
  readonly readings: FactBuckets<ReadingFact>;
  readonly windows: FactBuckets<WindowFact>;
  readonly checkpoint: CollectionCheckpoint;
  /** Whether readings and windows are in monthly indices. */
  readonly byMonth: boolean;
  readonly values: RawValues;
  readonly ids: ProtectedIds;
  readonly signal: AbortSignal;
  /** Called with what is read next. */
  readonly onStep: (step: string) => void;
}

/** Reads each topic and index once, topics and indices side by side, and appends a fact for each id in it. */
export async function collectFacts(given: FactCollection): Promise<RecordFacts> {
  const { request, readings, windows, byMonth, values, ids, checkpoint } = given;
  const { scope } = request;
  const facts = new RecordFacts(request, byMonth, values, ids, checkpoint.saved?.facts);
  const all = new SideBySide(given.signal);
  const collection = { ...given, signal: all.signal };
  const processed = all.start(async () => {
    await collectRecords(collection, scope.windows, windows, (record) => facts.ofWindow(record));
    await collectRecords(collection, scope.enriched, readings, (record) => facts.ofEnriched(record));
  });
  const ofRaw = (record: IncomingRecord): ReadingFact | null => {
    const fact = facts.ofRaw(record);
    if (fact?.row !== undefined) readings.append({ kind: 'row', id: fact.row });
    return fact;
  };
  void all.start(async () => {
    await collectPlanned(collection);
    await collectRecords(collection, scope.raw, readings, ofRaw, values);
    await collectRecords(collection, scope.deadLetter, readings, (record) => facts.ofDeadLetter(record));
  });
  const isTimeWanted = request.bounded && sharesReadings(request);
  void all.start(async () => {
    if (isTimeWanted) await processed;
    await collectReadings(collection, facts);
    // Which windows are wanted depends on what was published.
    await processed;
    await collectWindows(collection, facts);
  });
  await whileSaving(given, facts, () => all.ended());
  if (request.range !== undefined) await collectWindowCounts(given, request.range, facts);
  else if (sharesReadings(request) && facts.hasOverwritten) await collectOvercounted(given, facts);
  return facts;
}

type IndexCollection = Pick<FactCollection, 'elasticsearch' | 'request' | 'checkpoint' | 'signal' | 'onStep'> & {
  readonly readings: FactSink<ReadingFact>;
  readonly windows: FactSink<WindowFact>;
};
type FactSink<Fact extends { readonly id: string }> = Pick<FactBuckets<Fact>, 'append'>;

/** Appends what the index has of a range whose windows are known. */
export async function collectIndexed(
  collection: IndexCollection,
  facts: RecordFacts,
  range: ProvenRange,
): Promise<void> {
  await collectReadings(collection, facts);
  await collectWindows(collection, facts);
  await collectWindowCounts(collection, range, facts);
}

async function collectReadings(collection: IndexCollection, facts: RecordFacts): Promise<void> {
  const { request, readings } = collection;
  const wanted = wantedDocuments(request, facts);
  const { readings: index, deadLetters } = request.aliases;
  await collectDocuments(collection, { index, query: wanted.readings }, readings, (document) => [
    facts.ofIndexedReading(document),
  ]);
  await collectDocuments(collection, { index: deadLetters, query: wanted.deadLetters }, readings, (document) =>
    facts.ofIndexedDeadLetter(document),
  );
}

async function collectWindows(collection: IndexCollection, facts: RecordFacts): Promise<void> {
  const { request, windows } = collection;
  const place = { index: request.aliases.windows, query: wantedDocuments(request, facts).windows };
  await collectDocuments(collection, place, windows, (document) => facts.ofIndexedWindow(document));
}

async function whileSaving(
  { checkpoint, readings, windows }: FactCollection,
  facts: RecordFacts,
  work: () => Promise<void>,
): Promise<void> {
  const save = (): void => {
    checkpoint.save({ readings: [...readings.save()], windows: [...windows.save()] }, facts.saved);
  };
  const timer = setInterval(() => {
    try {
      save();
    } catch {
      // What is not saved is read again. A disk that is full makes the next fact fail.
    }
  }, SAVE_MS);
  await work().finally(() => {
    clearInterval(timer);
  });
  save();
}

/** Whether other runs may have the same readings and windows. */
export function sharesReadings({ scope }: ReconcileRequest): boolean {
  return scope.windowIdPrefix === '';
}

/**
 * The documents of the run and, if runs share windows, those of other runs that may count in them: readings and windows in
 * the time of its windows, and readings that the index rejected. Of a run without end, all: its range has the records that
 * earlier runs have processed. Of a range, what comes from its offsets, and the windows that it published or counts.
 */
function wantedDocuments(
  request: ReconcileRequest,
  { windowTime }: RecordFacts,
): Readonly<Record<Stream, estypes.QueryDslQueryContainer>> {
  const { run, raw, enriched, deadLetter } = request.scope;
  const own = ofRun(run);
  const all = { match_all: {} };
  if (request.range !== undefined) {
    const ofRuns = sharesReadings(request) ? [] : [own];
    const gte = firstCountedMs(request.range, windowTime);
    const lt = Math.max(request.range.windowsToMs, windowTime?.lt ?? 0);
    const starts = { ...(gte !== null && { gte }), lt, format: 'epoch_millis' };
    return {
      readings: { bool: { filter: [...ofRuns, ofOffsets(raw)] } },
      windows: { range: { [EVENT_TIME_FIELDS.windows]: starts } },
      deadLetters: { bool: { filter: [...ofRuns, ofOffsets(deadLetter)] } },
    };
  }
  if (!sharesReadings(request)) return { readings: own, windows: own, deadLetters: own };
  if (!request.bounded) return { readings: all, windows: all, deadLetters: all };
  if (windowTime === null) return { readings: own, windows: own, deadLetters: own };
  const ownOr = (...filter: estypes.QueryDslQueryContainer[]) => ({ bool: { should: [own, { bool: { filter } }] } });
  return {
    readings: ownOr({ range: { [EVENT_TIME_FIELDS.readings]: windowTime } }),
    windows: ownOr({ range: { [EVENT_TIME_FIELDS.windows]: windowTime } }),
    deadLetters: ownOr({ term: { stage: 'index' } }, { term: { topic: enriched.topic } }),
  };
}

/** Windows outside of the time of this run's windows, from which it may have moved readings. */
async function collectOvercounted(
  { elasticsearch, request, windows, signal, onStep }: FactCollection,
  { windowTime }: RecordFacts,
): Promise<void> {
  const { aliases, scope, windowMs } = request;
  onStep(`looking for windows in ${aliases.windows} whose readings have gone`);
  const looked = { readings: aliases.readings, windows: aliases.windows, run: scope.run, windowMs, signal };
  for await (const overcounted of overcountedWindows(elasticsearch, looked)) {
    for (const { deviceId, startMs, count, readings: times } of overcounted) {
      if (windowTime !== null && startMs >= windowTime.gte && startMs < windowTime.lt) continue;
      const id = windowId(deviceId, startMs, windowMs);
      windows.append({ kind: 'indexed', id, count, digest: '', ofOtherRun: true });
      windows.append({ kind: 'reading', id, ofOtherRun: true, times });
    }
  }
}

async function collectPlanned(collection: FactCollection): Promise<void> {
  const { request, readings, ids: protection, checkpoint, signal, onStep } = collection;
  if (request.plan === null) return;
  onStep('listing what was planned');
  let listed = 0;
  for await (const ids of plannedIds(request.plan, signal)) {
    const known = Math.max(0, checkpoint.position.planned - listed);
    for (const id of ids.slice(known)) readings.append({ kind: 'planned', id: protection.idOf(id) });
    listed += ids.length;
    checkpoint.position.planned = Math.max(checkpoint.position.planned, listed);
    // Perhaps without I/O, so yield to heartbeats and cancellation.
    await setImmediate();
    signal.throwIfAborted();
  }
}

/**
 * Reads every record of a range once, several partitions in parallel; ordered only within a partition.
 *
 * @param factOf - returns null for a record to ignore
 * @param values - prepared for each batch before its facts
 * @throws OffsetOutOfRange when retention has deleted part of the range, so that nothing can be proven
 * @throws ServiceUnavailable when Kafka does not respond
 * @throws SchemaRegistryUnavailable when a schema is needed that the registry does not give
 */
async function collectRecords<Fact extends ReadingFact | WindowFact>(
  collection: FactCollection,
  { topic, from, to: ends }: TopicRange,
  facts: FactBuckets<Fact>,
  factOf: (record: IncomingRecord) => Fact | null,
  values?: RawValues,
): Promise<void> {
  const { kafka, checkpoint, onStep } = collection;
  onStep(`reading topic ${topic}`);
  const partitions = new SideBySide(collection.signal);
  const { signal } = partitions;
  const take = async (records: readonly IncomingRecord[]): Promise<void> => {
    await values?.prepare(records);
    for (const record of records) {
      const fact = factOf(record);
      if (fact !== null) facts.append(fact);
    }
    const last = records.at(-1);
    if (last !== undefined) checkpoint.passOffset(topic, String(last.partition), String(BigInt(last.offset) + 1n));
  };
  const waiting = Object.entries(ends).values();
  const readPartitions = async (): Promise<void> => {
    for (const [partition, to] of waiting) {
      const begin = checkpoint.offset(topic, partition) ?? from[partition] ?? '0';
      await kafka.readRange({ topic, partition: Number(partition), from: begin, to, signal }, take);
      checkpoint.passOffset(topic, partition, to);
    }
  };
  for (let reader = 0; reader < PARALLEL_PARTITIONS; reader++) void partitions.start(readPartitions);
  await partitions.ended();
}

async function collectDocuments<Fact extends ReadingFact | WindowFact>(
  { elasticsearch, checkpoint, signal, onStep }: IndexCollection,
  { index, query }: { readonly index: string; readonly query: estypes.QueryDslQueryContainer },
  facts: FactSink<Fact>,
  factsOf: (document: IndexedDocument) => readonly Fact[],
): Promise<void> {
  const known = checkpoint.document(index);
  if (known?.isDone === true) return;
  onStep(`reading index ${index}`);
  let { pit, after } = known ?? { pit: null, after: undefined };
  const from = pit === null ? {} : { from: { pit, after } };
  const onOpen = (opened: string): void => {
    pit = opened;
  };
  for await (const documents of scanIndex(elasticsearch, { index, query, signal, onOpen, ...from })) {
    for (const fact of documents.flatMap((document) => factsOf(document))) {
      facts.append(fact);
      checkpoint.indexed.add(fact);
    }
    after = documents.at(-1)?.sort ?? after;
    checkpoint.passDocuments(index, { pit, after, isDone: false });
  }
  checkpoint.passDocuments(index, { pit, after, isDone: true });
}
