import { setImmediate } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import type { TopicRange } from '../contracts/offsets';
import type { ReconcileRequest } from '../contracts/report';
import type { IncomingRecord, KafkaGateway } from '../kafka';
import { DerivedFacts } from './derived-facts';
import type { FactBuckets } from './fact-buckets';
import { plannedIds } from './planned-ids';
import { RawFacts, runOf, type RawCounts } from './raw-facts';
import type { ReadingFact } from './reading-account';
import { scanIndex, type IndexedDocument } from './scan-index';
import { scanTopic } from './scan-topic';
import type { WindowFact } from './window-account';

export interface FactGathering {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  readonly request: ReconcileRequest;
  readonly readings: FactBuckets<ReadingFact>;
  readonly windows: FactBuckets<WindowFact>;
  /** Whether readings and windows stand in the indices of their months. */
  readonly byMonth: boolean;
  readonly signal: AbortSignal;
  /** Told what is read next. */
  readonly onStep: (step: string) => void;
}

/** Reads each side once, one after the other, and writes down what it says about each id. */
export async function gatherFacts(gathering: FactGathering): Promise<RawCounts> {
  await gatherPlanned(gathering);
  const counts = await gatherRaw(gathering);
  await gatherDerived(gathering);
  await gatherIndexed(gathering);
  return counts;
}

async function gatherPlanned(gathering: FactGathering): Promise<void> {
  const { request, readings, signal, onStep } = gathering;
  if (request.plan === null) return;
  onStep('counting what was planned');
  for await (const ids of plannedIds(request.plan, signal)) {
    for (const id of ids) readings.append({ side: 'planned', id });
    // Nothing here waits for a server, so heartbeats and cancellation have to be let in.
    await setImmediate();
    signal.throwIfAborted();
  }
}

async function gatherRaw(gathering: FactGathering): Promise<RawCounts> {
  const raw = new RawFacts(gathering.request);
  await eachRecord(gathering, gathering.request.scope.raw, (record) => {
    const fact = raw.of(record);
    if (fact !== null) gathering.readings.append(fact);
  });
  return raw;
}

async function gatherDerived(gathering: FactGathering): Promise<void> {
  const { request, readings, windows, byMonth } = gathering;
  const { scope } = request;
  const facts = new DerivedFacts(request, byMonth);
  const ours = (range: TopicRange, take: (record: IncomingRecord) => void): Promise<void> =>
    eachRecord(gathering, range, (record) => {
      if (runOf(record) === scope.run) take(record);
    });
  await ours(scope.enriched, (record) => {
    readings.append(facts.ofEnriched(record));
  });
  await ours(scope.windows, (record) => {
    windows.append(facts.ofWindow(record));
  });
  await ours(scope.deadLetter, (record) => {
    readings.append(facts.ofLetter(record));
  });
}

async function gatherIndexed(gathering: FactGathering): Promise<void> {
  const { request, readings, windows, byMonth } = gathering;
  const { aliases } = request;
  const facts = new DerivedFacts(request, byMonth);
  await eachDocument(gathering, aliases.readings, (document) => {
    readings.append(facts.ofIndexedReading(document));
  });
  await eachDocument(gathering, aliases.windows, (document) => {
    windows.append(facts.ofIndexedWindow(document));
  });
  await eachDocument(gathering, aliases.deadLetters, (document) => {
    readings.append(facts.ofIndexedLetter(document));
  });
}

function eachRecord(
  gathering: FactGathering,
  range: TopicRange,
  take: (record: IncomingRecord) => void,
): Promise<void> {
  const { kafka, signal, onStep } = gathering;
  onStep(`reading topic ${range.topic}`);
  return scanTopic(kafka, { range, signal, take });
}

function eachDocument(
  gathering: FactGathering,
  index: string,
  take: (document: IndexedDocument) => void,
): Promise<void> {
  const { elasticsearch, request, signal, onStep } = gathering;
  onStep(`reading index ${index}`);
  const { run } = request.scope;
  return scanIndex(elasticsearch, { index, run, signal, take });
}
